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

/// The signers of late, by what their `Authorization` headers begin with. Only who signed correctly gets in.
final class KnownSigners: Sendable {
    private static let count = 1024
    private let slots = Mutex([KnownSigner?](repeating: nil, count: count))

    private static func index(_ authorization: ArraySlice<UInt8>) -> Int? {
        SignatureTerms.opening(of: authorization).map {
            Int(truncatingIfNeeded: $0.span.mixed() >> 32) & (count - 1)
        }
    }

    /// What it finds need not be of this header: ``SignatureClaim`` looks closer.
    func find(_ authorization: ArraySlice<UInt8>) -> KnownSigner? {
        guard let index = Self.index(authorization) else { return nil }
        return slots.withLock { $0[index] }
    }

    func keep(_ signer: KnownSigner, _ authorization: ArraySlice<UInt8>) {
        guard let index = Self.index(authorization) else { return }
        slots.withLock { $0[index] = signer }
    }

    func sweep(_ cache: RowCache) {
        slots.withLock { slots in
            for index in slots.indices where slots[index].map({ !$0.stands(cache) }) ?? false { slots[index] = nil }
        }
    }
}
