import Bytes
import Store
import TestKit

@testable import Services

extension World {
    struct NoUser: Error {}

    /// A user with an access key, and an inline policy where one is given.
    func user(_ name: Text, policy: Text? = nil) async throws -> Signatory {
        let made = await query("CreateUser", to: .iam, ["UserName": name])
        guard made.status == 200 else { throw NoUser() }
        if let policy { try await change(.user, name) { $0.inline = [("inline", policy)] } }
        let key = await query("CreateAccessKey", to: .iam, ["UserName": name])
        guard let id = key.element("AccessKeyId"), let secret = key.element("SecretAccessKey") else {
            throw NoUser()
        }
        return Signatory(accessKeyID: id, secret: secret)
    }

    func change(_ kind: EntityKind, _ name: Text, _ body: @escaping @Sendable (inout Entity) -> Void) async throws {
        let key = Entity.key(kind, name, administrator.account)
        try await house.store.write { transaction in
            guard let item = try transaction.item(key) else { throw NoUser() }
            var entity = try Entity(item)
            body(&entity)
            try transaction.update(entity.item)
        }
    }
}
