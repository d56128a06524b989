internal import Bytes
internal import Policy
internal import Store
internal import Synchronization
internal import Wire

/// From an access key to a caller.
struct Identity: Sendable {
    private let house: House
    /// Stands in for a key that does not exist, so that an unknown access key costs the same work as a wrong signature.
    private let decoy: [UInt8]
    private let signers = KnownSigners()
    private let sessions = OpenSessions()

    init(house: House) {
        self.house = house
        decoy = house.chance.bytes(40)
    }

    /// Whoever signed like this before; `nil` once that may have changed. Nothing is verified yet.
    func known(_ envelope: Envelope) -> KnownSigner? {
        guard let authorization = envelope.authorization, let signer = signers.find(authorization),
            signer.stands(house.store.cache)
        else { return nil }
        return signer
    }

    /// - Parameter known: of ``known(_:)``.
    ///
    /// Throws ``SignatureFlaw``, or ``Detour`` on the first use of a key.
    func authenticate(
        _ claim: SignatureClaim,
        _ request: Request,
        _ envelope: Envelope,
        _ known: KnownSigner?,
        _ received: Timestamp,
        _ view: View
    ) throws -> Caller {
        if let known, known.fits(claim) {
            guard claim.verify(request, key: known.key) else { throw SignatureFlaw.mismatch }
            guard known.isCurrent(received) else { throw SignatureFlaw.expiredToken }
            house.credentialUses.note(claim.accessKeyID, CredentialUse(claim, received))
            return known.caller
        }
        guard let credential = try credential(claim, view), credential.isActive else {
            _ = claim.verify(request, key: signingKey(decoy, claim))
            throw SignatureFlaw.unknownKey
        }
        let key = credential.signingKey(claim)
        guard claim.verify(request, key: key) else { throw SignatureFlaw.mismatch }
        if case .session(let session) = credential.owner, received >= session.expires {
            throw SignatureFlaw.expiredToken
        }
        guard let caller = try caller(credential, view) else { throw SignatureFlaw.unknownKey }
        // Long-term keys have no session; a token beside one is not ours.
        guard (claim.sessionToken == nil) == (caller.session == nil) else { throw SignatureFlaw.invalidToken }
        house.credentialUses.note(claim.accessKeyID, CredentialUse(claim, received))
        remember(claim, envelope, key, credential, caller)
        return caller
    }

    private func credential(_ claim: SignatureClaim, _ view: View) throws -> Credential? {
        guard let token = claim.sessionToken else {
            return try view.credential(claim.accessKeyID, root: house.root)
        }
        if let known = sessions.find(token), known.accessKeyID == claim.accessKeyID { return known }
        guard let opened = SessionTokens.open(token, accessKeyID: claim.accessKeyID, root: house.root) else {
            // Perhaps a token beside a long-term key: then the signature is verified before that is said.
            return try view.credential(claim.accessKeyID, root: house.root)
        }
        sessions.keep(opened, token)
        return opened
    }

    /// `nil` if the user or role is gone, or its account closed.
    func caller(_ credential: Credential, _ view: View) throws -> Caller? {
        let account = try view.account(credential.account)
        guard account?.isActive ?? true else { return nil }
        let controls = try account.map { try view.controls(on: $0) } ?? Controls()
        switch credential.owner {
        case .user(let name):
            guard let user = try view.entity(.user, name, credential.account) else { return nil }
            var rights = try view.rights(of: user)
            rights.sources += controls.sources
            return credential.caller(rights) { .user(user, credential.accessKeyID, rights, controls) }
        case .session(let session):
            guard let entity = try view.entity(of: session) else { return nil }
            var rights = try view.rights(of: entity)
            rights.sources += controls.sources
            let policies = try sessionPolicies(session, &rights, view)
            return credential.caller(rights) {
                .session(session, of: entity, credential.accessKeyID, rights, policies, controls)
            }
        }
    }

    private func sessionPolicies(_ session: Session, _ rights: inout Rights, _ view: View) throws -> [NamedPolicy]? {
        guard session.hasPolicies else { return nil }
        var policies: [NamedPolicy] = []
        for text in session.policies ?? [] {
            policies.append(
                NamedPolicy(name: "session policy", document: try EntityState.parse(text, .session, session.name)))
        }
        for arn in session.managed {
            guard let policy = try view.managedPolicy(arn) else { continue }
            rights.sources.append(policy)
            policies.append(policy.policy)
        }
        return policies
    }

    private func remember(
        _ claim: SignatureClaim,
        _ envelope: Envelope,
        _ key: SigningKey,
        _ credential: Credential,
        _ caller: Caller
    ) {
        guard let authorization = envelope.authorization, claim.terms.canRecur else { return }
        let sightings = Sightings()
        let view = View(cache: house.store.cache, sightings: sightings)
        // Seen once more, with tickets this time: they must be the same rows.
        if caller.session == nil {
            guard let seen = try? view.credential(claim.accessKeyID, root: house.root), seen === credential else {
                return
            }
        }
        guard let again = try? self.caller(credential, view), again === caller else { return }
        let signer = KnownSigner(
            terms: claim.terms, key: key, caller: caller, token: claim.sessionToken, tickets: sightings.tickets)
        signers.keep(signer, authorization)
    }

    func sweep() {
        signers.sweep(house.store.cache)
        sessions.sweep(house.clock.now())
    }

    private func signingKey(_ secret: [UInt8], _ claim: SignatureClaim) -> SigningKey {
        SigningKey.derive(secret: secret, date: claim.date, region: claim.region, service: claim.service)
    }
}

/// Sessions whose tokens were opened of late.
final class OpenSessions: Sendable {
    private static let most = 4096
    private let all = Mutex<[Text: Credential]>([:])

    func find(_ token: Text) -> Credential? { all.withLock { $0[token] } }

    func keep(_ credential: Credential, _ token: Text) {
        all.withLock { all in
            if all.count >= Self.most { all.removeAll() }
            all[token] = credential
        }
    }

    /// Lets go of expired ones, and of the keys that they hold.
    func sweep(_ now: Timestamp) {
        all.withLock { all in
            all = all.filter { entry in
                if case .session(let session) = entry.value.owner { session.expires > now } else { false }
            }
        }
    }
}
