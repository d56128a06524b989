internal import Bytes
internal import Store
internal import Synchronization
internal import Wire

/// Who signs with certain terms (key, day, region, service, signed headers) and a certain session token, found out once: valid
/// while the rows of the access key, of the user or role, and of all their policies stand.
final class KnownSigner: Sendable {
    let terms: SignatureTerms
    let key: SigningKey
    let caller: Caller
    private let token: Text?
    private let tickets: [CacheTicket]

    init(terms: SignatureTerms, key: SigningKey, caller: Caller, token: Text?, tickets: [CacheTicket]) {
        self.terms = terms
        self.key = key
        self.caller = caller
        self.token = token
        self.tickets = tickets
    }

    func fits(_ claim: SignatureClaim) -> Bool { claim.terms === terms && claim.sessionToken == token }

    /// False once a session is over.
    func isCurrent(_ now: Timestamp) -> Bool { caller.session.map { now < $0.expires } ?? true }

    func stands(_ cache: RowCache) -> Bool { cache.stands(tickets) }
}

/// The signers of late, at most 4,096, by what their `Authorization` headers begin with. Only who signed correctly gets in.
///
/// Sets of four: with a single place for each header, a tenth of a hundred busy signers would push each other out all the time.
final class KnownSigners: Sendable {
    private static let (sets, ways) = (1024, 4)

    private struct Slot: Sendable {
        var mark: UInt64 = 0
        var signer: KnownSigner?
    }

    /// Within a set, whoever signs moves ahead by one place, and the last gives way.
    private let slots = Mutex([Slot](repeating: Slot(), count: sets * ways))

    private static func mark(_ authorization: ArraySlice<UInt8>) -> UInt64? {
        SignatureTerms.opening(of: authorization).map { $0.span.mixed() }
    }

    private static func start(_ mark: UInt64) -> Int { (Int(truncatingIfNeeded: mark >> 32) & (sets - 1)) * ways }

    /// What it finds need not be of this header: ``SignatureClaim`` looks closer.
    func find(_ authorization: ArraySlice<UInt8>) -> KnownSigner? {
        guard let mark = Self.mark(authorization) else { return nil }
        let start = Self.start(mark)
        return slots.withLock { slots in
            for index in start..<(start + Self.ways) where slots[index].mark == mark {
                guard index > start else { return slots[index].signer }
                slots.swapAt(index, index - 1)
                return slots[index - 1].signer
            }
            return nil
        }
    }

    func keep(_ signer: KnownSigner, _ authorization: ArraySlice<UInt8>) {
        guard let mark = Self.mark(authorization) else { return }
        let start = Self.start(mark)
        slots.withLock { slots in
            let set = start..<(start + Self.ways)
            let place = set.first { slots[$0].mark == mark || slots[$0].signer == nil } ?? (set.upperBound - 1)
            slots[place] = Slot(mark: mark, signer: signer)
        }
    }

    func sweep(_ cache: RowCache) {
        slots.withLock { slots in
            for index in slots.indices where slots[index].signer.map({ !$0.stands(cache) }) ?? false {
                slots[index] = Slot()
            }
        }
    }
}
