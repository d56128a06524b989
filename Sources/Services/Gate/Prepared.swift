internal import Bytes
internal import Policy
internal import Store
internal import Synchronization

/// All of an answer that stays the same from one request to the next: found, judged and written down once.
///
/// It holds no plaintext and no data key: those are opened anew for each answer.
package protocol Prepared: AnyObject, Sendable {
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
    /// The policies that its records speak of.
    let cited: [PolicyText]
    private let signer: KnownSigner
    /// Target and body.
    private let question: [UInt8]
    private let bodyStart: Int
    private let day: Timestamp
    private let tickets: [CacheTicket]
    /// When it was last noted that its signer does this, in milliseconds.
    private let noted: Atomic<Int64>

    init(
        entry: Int,
        prepared: any Prepared,
        cited: [PolicyText],
        signer: KnownSigner,
        target: ArraySlice<UInt8>,
        body: [UInt8],
        day: Timestamp,
        tickets: [CacheTicket],
        noted: Timestamp
    ) {
        self.entry = entry
        self.prepared = prepared
        self.cited = cited
        self.signer = signer
        question = target + body
        bodyStart = target.count
        self.day = day
        self.tickets = tickets
        self.noted = Atomic(noted.milliseconds)
    }

    /// Seldom, so that most answers cost a look at a number.
    func isWorthNoting(_ now: Timestamp) -> Bool {
        guard now.milliseconds >= noted.load(ordering: .relaxed) + CredentialUse.grain else { return false }
        noted.store(now.milliseconds, ordering: .relaxed)
        return true
    }

    func answers(_ signer: KnownSigner, _ target: ArraySlice<UInt8>, _ body: [UInt8], on day: Timestamp) -> Bool {
        guard signer === self.signer, day == self.day else { return false }
        let question = question
        let (own, theirTarget, theirBody) = (question.span, target.span, body.span)
        return own.extracting(first: bodyStart).isSame(as: theirTarget)
            && own.extracting(droppingFirst: bodyStart).isSame(as: theirBody)
    }

    func stands(_ cache: RowCache) -> Bool { cache.stands(tickets) }
}

/// The prepared answers of a node, at most 8,192 of them (a few kilobytes each). Two generations: what is not asked for while
/// the younger one fills goes with the older.
final class PreparedReads: Sendable {
    private struct State {
        var young: [UInt64: PreparedRead] = [:]
        var old: [UInt64: PreparedRead] = [:]
        /// Traces of what came by, so that only what comes twice is prepared. One may be taken for another: then something is
        /// prepared too early. Sets of four, the latest first: with one place for each, two that share it would wipe out each
        /// other's trace for ever.
        var traces = [UInt16](repeating: 0, count: 1 << 16)
    }

    private static let generation = 4096
    private let state = Mutex(State())

    static func mix(_ signer: KnownSigner, _ target: ArraySlice<UInt8>, _ body: [UInt8]) -> UInt64 {
        let seed = UInt64(UInt(bitPattern: ObjectIdentifier(signer)))
        return target.span.mixed(body.span.mixed(seed))
    }

    func find(_ mix: UInt64) -> PreparedRead? {
        state.withLock { state in
            if let read = state.young[mix] { return read }
            guard let read = state.old.removeValue(forKey: mix) else { return nil }
            Self.insert(read, mix, &state)
            return read
        }
    }

    /// Whether it came by before.
    func isFamiliar(_ mix: UInt64) -> Bool {
        let (start, trace) = (Int(truncatingIfNeeded: mix & 0x3FFF) * 4, UInt16(truncatingIfNeeded: mix >> 48) | 1)
        return state.withLock { state in
            for index in start..<(start + 4) where state.traces[index] == trace { return true }
            for index in ((start + 1)..<(start + 4)).reversed() { state.traces[index] = state.traces[index - 1] }
            state.traces[start] = trace
            return false
        }
    }

    func keep(_ read: PreparedRead, _ mix: UInt64) { state.withLock { Self.insert(read, mix, &$0) } }

    private static func insert(_ read: PreparedRead, _ mix: UInt64, _ state: inout State) {
        if state.young.count >= generation { (state.old, state.young) = (state.young, [:]) }
        state.young[mix] = read
    }

    /// Lets go of answers whose rows have changed, and with them of the keys that they hold.
    func sweep(_ cache: RowCache) {
        state.withLock { state in
            state.young = state.young.filter { $0.value.stands(cache) }
            state.old = state.old.filter { $0.value.stands(cache) }
        }
    }
}
