package import Bytes
internal import Policy
package import Seal
internal import Store

/// What a new store begins with: one account, and an administrator whose access key is shown once.
package enum Founding {
    package struct Administrator: Sendable {
        package let account: AccountID
        package let userName: Text
        package let accessKeyID: Text
        package let secretAccessKey: SecretBytes
    }

    package static let administratorName: Text = "administrator"

    /// AWS's identifiers are base 32 after a four-letter prefix.
    static let identifierAlphabet: [UInt8] = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)
    private static let secretAlphabet: [UInt8] = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
    )

    static func identifier(_ prefix: Text, _ chance: Chance) -> Text {
        Text(prefix.string + String(decoding: chance.characters(16, from: identifierAlphabet), as: UTF8.self))
    }

    static func secretAccessKey(_ chance: Chance) -> SecretBytes {
        SecretBytes(chance.characters(40, from: secretAlphabet))
    }

    private static let accounts = OrganizationRows.place

    package static func isFounded(_ house: House) async throws -> Bool {
        try await house.store.read { try $0.itemCount(accounts, kind: "account") > 0 }
    }

    /// Makes the account and its administrator in one transaction; `nil` if the store has been founded already.
    ///
    /// - Parameter publish: keeps the access key somewhere durable. It runs before the store knows the key.
    package static func begin(
        account: AccountID,
        house: House,
        publish: (Administrator) throws -> Void
    ) async throws -> Administrator? {
        guard try await !isFounded(house) else { return nil }
        let (now, chance) = (house.clock.now(), house.chance)
        let administrator = Administrator(
            account: account,
            userName: administratorName,
            accessKeyID: identifier("AKIA", chance),
            secretAccessKey: secretAccessKey(chance)
        )
        try publish(administrator)
        var user = Entity(.user, name: administratorName, path: "/", account: account, at: now, chance: chance)
        user.attached = [AWSManagedPolicies.administrator]
        let bond = Bond(.attachment, account, to: AWSManagedPolicies.administrator, user.key)
        let key = IdentityRows.newAccessKey(
            id: administrator.accessKeyID,
            secret: administrator.secretAccessKey,
            user: administratorName,
            account: account,
            at: now,
            root: house.root
        )
        let body: Fields = ["created": .integer(now.milliseconds), "status": "ACTIVE"]
        let record = Item(
            key: OrganizationRows.account(account), link: nil, due: nil, rev: 1,
            body: body.json
        )
        let isFirst = try await house.store.write { [user] transaction in
            guard try transaction.itemCount(accounts, kind: "account") == 0 else { return false }
            _ = try transaction.insert(principal: user)
            for item in [record, bond.item, key] { _ = try transaction.insert(item) }
            return true
        }
        return isFirst ? administrator : nil
    }
}
