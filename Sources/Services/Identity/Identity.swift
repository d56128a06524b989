internal import Bytes
internal import Policy
internal import Seal
internal import Store
internal import Synchronization
internal import Wire

/// From an access key to a caller.
struct Identity: Sendable {
    private let house: House
    /// Stands in for a key that does not exist, so that an unknown access key costs the same work as a wrong signature.
    private let decoy: [UInt8]
    private let signers = KnownSigners()

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
        _ view: View
    ) throws -> Caller {
        if let known, known.terms === claim.terms {
            guard claim.verify(request, key: known.key) else { throw SignatureFlaw.mismatch }
            guard claim.sessionToken == nil else { throw SignatureFlaw.invalidToken }
            return known.caller
        }
        let found = try view.credential(claim.accessKeyID, root: house.root)
        guard let credential = found, credential.isActive else {
            _ = claim.verify(request, key: signingKey(decoy, claim))
            throw SignatureFlaw.unknownKey
        }
        let key = credential.signingKey(claim)
        guard claim.verify(request, key: key) else { throw SignatureFlaw.mismatch }
        // Long-term keys have no session; a token beside one is not ours.
        guard claim.sessionToken == nil else { throw SignatureFlaw.invalidToken }
        guard let user = try view.user(credential.user, in: credential.account) else {
            throw SignatureFlaw.unknownKey
        }
        let caller = credential.caller(for: user)
        remember(claim, envelope, key, credential, user, caller)
        return caller
    }

    private func remember(
        _ claim: SignatureClaim,
        _ envelope: Envelope,
        _ key: SigningKey,
        _ credential: Credential,
        _ user: UserState,
        _ caller: Caller
    ) {
        guard let authorization = envelope.authorization, claim.terms.canRecur else { return }
        let sightings = Sightings()
        let view = View(cache: house.store.cache, sightings: sightings)
        // Seen once more, with tickets this time: they must be the same rows.
        guard let seen = try? view.credential(claim.accessKeyID, root: house.root), seen === credential,
            let owner = try? view.user(credential.user, in: credential.account), owner === user
        else { return }
        let signer = KnownSigner(terms: claim.terms, key: key, caller: caller, tickets: sightings.tickets)
        signers.keep(signer, authorization)
    }

    func sweep() { signers.sweep(house.store.cache) }

    private func signingKey(_ secret: [UInt8], _ claim: SignatureClaim) -> SigningKey {
        SigningKey.derive(secret: secret, date: claim.date, region: claim.region, service: claim.service)
    }
}

/// An access key as the gate holds it.
final class Credential: Sendable {
    private struct Scope: Hashable {
        let date: Text
        let region: Text
        let service: Text
    }

    let accessKeyID: Text
    let account: AccountID
    let user: Text
    let isActive: Bool
    private let secret: SecretBytes
    private let keys = Mutex<[Scope: SigningKey]>([:])
    private let last = Mutex<(user: UserState, caller: Caller)?>(nil)

    init(accessKeyID: Text, account: AccountID, user: Text, isActive: Bool, secret: SecretBytes) {
        self.accessKeyID = accessKeyID
        self.account = account
        self.user = user
        self.isActive = isActive
        self.secret = secret
    }

    /// Deriving takes four HMACs and holds for a day, a region and a service.
    func signingKey(_ claim: SignatureClaim) -> SigningKey {
        let scope = Scope(date: claim.date, region: claim.region, service: claim.service)
        return keys.withLock { keys in
            if let key = keys[scope] { return key }
            // The scope is the client's to choose: a stranger must not fill memory with it.
            if keys.count >= 16 { keys.removeAll() }
            let key = SigningKey.derive(
                secret: secret.revealBytes(),
                date: scope.date,
                region: scope.region,
                service: scope.service
            )
            keys[scope] = key
            return key
        }
    }

    /// Building a caller costs more than verifying a signature, and its user rarely changes.
    func caller(for user: UserState) -> Caller {
        last.withLock { last in
            if let last, last.user === user { return last.caller }
            let caller = user.caller(accessKeyID: accessKeyID)
            last = (user, caller)
            return caller
        }
    }
}

/// An IAM user with its policies compiled.
final class UserState: Sendable {
    let account: AccountID
    let name: Text
    let id: Text
    let path: Text
    let policies: [NamedPolicy]

    init(account: AccountID, name: Text, id: Text, path: Text, policies: [NamedPolicy]) {
        self.account = account
        self.name = name
        self.id = id
        self.path = path
        self.policies = policies
    }

    var arn: Text { "arn:aws:iam::\(account):user\(path)\(name)" }

    func caller(accessKeyID: Text) -> Caller {
        Caller(
            account: account,
            accessKeyID: accessKeyID,
            principal: Principal(account: account.text, arn: arn, kind: .user, uniqueID: id),
            userName: name,
            uniqueID: id,
            policies: policies,
            identityJSON: identityJSON(accessKeyID)
        )
    }

    private func identityJSON(_ accessKeyID: Text) -> [UInt8] {
        let fields: Fields = [
            "type": "IAMUser", "principalId": .string(id), "arn": .string(arn), "accountId": .string(account.text),
            "accessKeyId": .string(accessKeyID), "userName": .string(name),
        ]
        var out = ByteBuilder()
        out.append(json: fields)
        return out.bytes
    }
}
