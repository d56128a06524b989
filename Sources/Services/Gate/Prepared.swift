internal import Bytes
internal import Store
internal import Synchronization

/// All of an answer that stays the same from one request to the next: found, judged and written down once.
///
/// It holds no plaintext and no data key: those are opened anew for each answer.
package protocol Prepared: Sendable {
    /// The reply's JSON and its records, nested calls first. `nil` if something is wrong: the long way finds out what.
    func answer(_ circumstances: Circumstances, _ house: House) -> PreparedAnswer?
}

package struct PreparedAnswer: Sendable {
    let body: [UInt8]
    let records: [[UInt8]]
}

/// An operation whose answers can be prepared. What it prepares may depend on its input, on who asks, on the day, and on the
/// rows that it saw through the call's view: nothing else.
package protocol RepeatableOperation: ReadOperation {
    /// `nil` for an answer that has to go the long way each time.
    static func prepare(_ call: Authorized<Self>) throws -> (any Prepared)?
}

/// A prepared answer with what it holds for: these bytes from this signer, on this day, while these rows stand.
final class PreparedRead: Sendable {
    let entry: Int
    let prepared: any Prepared
    private let signer: KnownSigner
    private let target: [UInt8]
    private let body: [UInt8]
    private let day: Timestamp
    private let tickets: [CacheTicket]

    init(
        entry: Int,
        prepared: any Prepared,
        signer: KnownSigner,
        target: [UInt8],
        body: [UInt8],
        day: Timestamp,
        tickets: [CacheTicket]
    ) {
        self.entry = entry
        self.prepared = prepared
        self.signer = signer
        self.target = target
        self.body = body
        self.day = day
        self.tickets = tickets
    }

    func answers(_ signer: KnownSigner, _ target: ArraySlice<UInt8>, _ body: [UInt8], on day: Timestamp) -> Bool {
        guard signer === self.signer, day == self.day else { return false }
        let (ownTarget, ownBody) = (self.target, self.body)
        let (a, b, c, d) = (ownTarget.span, target.span, ownBody.span, body.span)
        return a.isSame(as: b) && c.isSame(as: d)
    }

    func stands(_ cache: RowCache) -> Bool { cache.stands(tickets) }
}

/// The prepared answers of a node. A table without chains: of two requests that mix alike, the later one wins.
final class PreparedReads: Sendable {
    private struct Slot {
        /// What came here last, so that only what comes twice is prepared.
        var sighted: UInt64 = 0
        var read: PreparedRead?
    }

    private static let count = 4096
    private let slots = Mutex([Slot](repeating: Slot(), count: count))

    static func mix(_ signer: KnownSigner, _ target: ArraySlice<UInt8>, _ body: [UInt8]) -> UInt64 {
        let seed = UInt64(UInt(bitPattern: ObjectIdentifier(signer)))
        return target.span.mixed(body.span.mixed(seed))
    }

    private static func index(_ mix: UInt64) -> Int { Int(truncatingIfNeeded: mix >> 32) & (count - 1) }

    func find(_ mix: UInt64) -> PreparedRead? { slots.withLock { $0[Self.index(mix)].read } }

    /// Whether it is the second time in a row in its slot.
    func isSecondSight(_ mix: UInt64) -> Bool {
        slots.withLock { slots in
            let index = Self.index(mix)
            defer { slots[index].sighted = mix }
            return slots[index].sighted == mix
        }
    }

    func keep(_ read: PreparedRead, _ mix: UInt64) { slots.withLock { $0[Self.index(mix)].read = read } }

    /// Lets go of answers whose rows have changed, and with them of the keys that they hold.
    func sweep(_ cache: RowCache) {
        slots.withLock { slots in
            for index in slots.indices where slots[index].read.map({ !$0.stands(cache) }) ?? false {
                slots[index].read = nil
            }
        }
    }
}
