import Bytes

/// `keyid/date/region/service/term`
struct Credential: Sendable {
    let accessKeyID: Text
    /// `YYYYMMDD`
    let date: Text
    let region: Text
    let service: Text
    /// All behind the key id, as it is signed.
    let scope: ArraySlice<UInt8>
    /// What stands in place of `aws4_request`.
    let wrongTerminator: Text?
    /// Whether a region could have that name. Which ones are served is configuration.
    let hasRegion: Bool

    init(_ bytes: ArraySlice<UInt8>) throws(SignatureFlaw) {
        var cuts = (0, 0, 0, 0)
        var count = 0
        let span = bytes.span
        for index in span.indices where span[index] == 0x2F {
            cuts = (cuts.1, cuts.2, cuts.3, bytes.startIndex + index)
            count += 1
        }
        guard count == 4 else { throw .malformedCredential(Self.text(bytes)) }
        accessKeyID = Self.text(bytes[..<cuts.0])
        date = Self.text(bytes[(cuts.0 + 1)..<cuts.1])
        region = Self.text(bytes[(cuts.1 + 1)..<cuts.2])
        service = Self.text(bytes[(cuts.2 + 1)..<cuts.3])
        scope = bytes[(cuts.0 + 1)...]
        hasRegion = Self.isRegion(bytes[(cuts.1 + 1)..<cuts.2])
        let terminator = bytes[(cuts.3 + 1)...]
        wrongTerminator = Self.equal(terminator, Self.terminator) ? nil : Self.text(terminator)
    }

    static let terminator = Array("aws4_request".utf8)

    private static func text(_ bytes: ArraySlice<UInt8>) -> Text { Text(String(decoding: bytes, as: UTF8.self)) }

    private static func isRegion(_ bytes: ArraySlice<UInt8>) -> Bool {
        for byte in bytes where !(byte &- 0x61 < 26 || ASCII.isDigit(byte) || byte == 0x2D) { return false }
        return (1...32).contains(bytes.count)
    }

    private static func equal(_ slice: ArraySlice<UInt8>, _ word: [UInt8]) -> Bool {
        guard slice.count == word.count else { return false }
        var index = slice.startIndex
        for byte in word {
            if slice[index] != byte { return false }
            index += 1
        }
        return true
    }

    /// The scope that a signer writes.
    static func scope(date: Text, region: Text, service: Text) -> ArraySlice<UInt8> {
        Array("\(date)/\(region)/\(service)/aws4_request".utf8)[...]
    }
}
