internal import Bytes
internal import Seal
internal import Store

/// How access keys stand in the store: outside of every account, since a request names nothing but the key.
enum IdentityRows {
    static let place = Place(account: .none, region: "")
    static let accessKeyKind: Text = "access-key"

    static func accessKey(_ id: Text) -> ItemKey { ItemKey(place: place, kind: accessKeyKind, id: id) }
    /// What the access keys of a user are linked to.
    static func link(_ user: Text, _ account: AccountID) -> Text { "\(account)/\(user.asciiLowercased)" }

    private static func secretBinding(_ id: Text, _ account: AccountID) -> Binding {
        Binding("access-key-secret", [account.text, id])
    }

    static func newAccessKey(
        id: Text,
        secret: SecretBytes,
        user: Text,
        account: AccountID,
        at time: Timestamp,
        root: RootKey
    ) -> Item {
        let sealed = root.accountKey(Place(account: account, region: "")).seal(
            secret, boundTo: secretBinding(id, account))
        let body: Fields = [
            "account": .string(account.text), "user": .string(user.asciiLowercased), "status": "Active",
            "created": .integer(time.milliseconds), "secret": .blob(sealed.bytes),
        ]
        return Item(key: accessKey(id), link: link(user, account), due: nil, rev: 1, body: body.json)
    }

    static func credential(_ item: Item, root: RootKey) throws -> Credential {
        let body = try Fields(json: item.body)
        guard let account = body.text("account").flatMap({ AccountID($0) }), let user = body.text("user"),
            let sealed = body.text("secret").flatMap({ Base64.decode(Array($0.utf8)) })
        else { throw StoreError.corrupt("access-key \(item.key.id)") }
        let secret = try root.accountKey(Place(account: account, region: ""))
            .open(Sealed(stored: sealed), boundTo: secretBinding(item.key.id, account))
        return Credential(
            accessKeyID: item.key.id,
            account: account,
            owner: .user(user),
            isActive: body.text("status") == "Active",
            secret: secret
        )
    }
}

extension View {
    func credential(_ id: Text, root: RootKey) throws -> Credential? {
        let key = IdentityRows.accessKey(id)
        return try row(.item(key)) { snapshot in
            try snapshot.item(key).map { (try IdentityRows.credential($0, root: root), $0.body.count + 512) }
        }
    }
}
