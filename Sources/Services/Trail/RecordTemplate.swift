package import Bytes
package import Wire

/// What the trail says of one request and of no other.
package struct Circumstances: Sendable {
    package let received: Timestamp
    package let requestID: Text
    package let peer: Peer
    /// UTF-8.
    package let userAgent: ArraySlice<UInt8>
    /// UTF-8.
    package let host: ArraySlice<UInt8>
}

/// A record with its ``Circumstances`` left open: for calls that are alike in everything else.
package struct RecordTemplate: Sendable {
    /// A place that is filled in each time.
    enum Gap: Sendable {
        case time
        /// Address and user agent.
        case origin
        case requestID
        /// Of a nested call: one of its own.
        case freshRequestID
        case eventID
        /// The whole member; nothing without TLS.
        case tlsDetails
    }

    private var text: ByteBuilder
    /// In the order of the text, and inline: a template may be one of thousands.
    private var gaps = InlineArray<5, Place>(repeating: Place(offset: 0, gap: .time))
    private var count = 0
    /// For a record that is written once: then nothing is left open.
    private let live: (circumstances: Circumstances, chance: Chance)?

    init() {
        text = ByteBuilder(capacity: 1400)
        live = nil
    }

    /// Most records fit without growing: what is freed is overwritten first, so that growing costs thrice.
    init(for call: Call) {
        text = ByteBuilder(capacity: 1800)
        live = (call.circumstances, call.house.chance)
    }

    private struct Place: Sendable {
        let offset: Int32
        let gap: Gap
    }

    /// Everything that is fixed is written here.
    var out: ByteBuilder {
        get { text }
        _modify { yield &text }
    }

    /// At most five times.
    mutating func leave(_ gap: Gap) {
        if let live { return Self.append(gap, live.circumstances, live.chance, to: &text) }
        gaps[count] = Place(offset: Int32(truncatingIfNeeded: text.bytes.count), gap: gap)
        count += 1
    }

    /// Of a record that was written ``init(for:)`` one call.
    var bytes: [UInt8] { text.bytes }

    /// The record, a new event id in it.
    package func filled(_ circumstances: Circumstances, _ chance: Chance) -> [UInt8] {
        var out = ByteBuilder(capacity: text.bytes.count + 160 + circumstances.userAgent.count)
        var start = 0
        let fixed = text.bytes.span
        for index in 0..<count {
            let offset = Int(gaps[index].offset)
            out.bytes.append(fixed, start..<offset)
            Self.append(gaps[index].gap, circumstances, chance, to: &out)
            start = offset
        }
        out.bytes.append(fixed, start..<fixed.count)
        return out.bytes
    }

    private static func append(
        _ gap: Gap,
        _ circumstances: Circumstances,
        _ chance: Chance,
        to out: inout ByteBuilder
    ) {
        switch gap {
        case .time: out.append(iso8601: circumstances.received)
        case .requestID: out.append(circumstances.requestID)
        case .freshRequestID: chance.append(kinOf: circumstances.requestID, to: &out)
        case .eventID: chance.append(uuidTo: &out)
        case .origin:
            out.append(jsonString: circumstances.peer.address)
            out.append(#","userAgent":"#)
            out.append(truncatedJSONString: circumstances.userAgent)
        case .tlsDetails:
            guard let tls = circumstances.peer.tls else { return }
            out.append(#","tlsDetails":{"tlsVersion":"#)
            out.append(jsonString: tls.version)
            // Left out where the TLS library does not tell.
            if !tls.cipherSuite.isEmpty {
                out.append(#","cipherSuite":"#)
                out.append(jsonString: tls.cipherSuite)
            }
            out.append(#","clientProvidedHostHeader":"#)
            out.append(truncatedJSONString: circumstances.host)
            out.append("}")
        }
    }
}

extension ByteBuilder {
    /// CloudTrail truncates texts at 1 KB.
    private static let textLimit = 1024

    /// UTF-8, cut between code points.
    mutating func append(truncatedJSONString text: ArraySlice<UInt8>) {
        append(byte: 0x22)
        append(jsonEscaped: Self.truncated(text))
        append(byte: 0x22)
    }

    private static func truncated(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard text.count > textLimit else { return text }
        var kept = text.prefix(textLimit)
        while let last = kept.last, last & 0xC0 == 0x80 { kept.removeLast() }
        if let last = kept.last, last >= 0xC0 { kept.removeLast() }
        return kept
    }
}
