internal import Bytes
internal import Seal
internal import Synchronization
internal import Wire

/// A secret access key as the gate holds it, of a user or of a session.
final class Credential: Sendable {
    private struct Scope: Hashable {
        let date: Text
        let region: Text
        let service: Text
    }

    let accessKeyID: Text
    let account: AccountID
    let owner: Owner
    let isActive: Bool
    private let secret: SecretBytes
    private let keys = Mutex<[Scope: SigningKey]>([:])
    private let last = Mutex<(rights: Rights, caller: Caller)?>(nil)

    enum Owner: Sendable {
        /// Id of a user's row.
        case user(Text)
        case session(Session)
    }

    init(accessKeyID: Text, account: AccountID, owner: Owner, isActive: Bool, secret: SecretBytes) {
        self.accessKeyID = accessKeyID
        self.account = account
        self.owner = owner
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

    /// Building a caller costs more than verifying a signature, and what it is built from rarely changes.
    func caller(_ rights: Rights, _ make: () -> Caller) -> Caller {
        last.withLock { last in
            if let last, last.rights.isSame(as: rights) { return last.caller }
            let caller = make()
            last = (rights, caller)
            return caller
        }
    }
}
