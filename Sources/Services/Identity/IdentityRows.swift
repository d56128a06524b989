internal import Bytes
internal import Policy
internal import Seal
internal import Store

/// How users and access keys stand in the store.
enum IdentityRows {
    static func accessKey(_ id: Text) -> ItemKey {
        ItemKey(place: Place(account: .none, region: ""), kind: "access-key", id: id)
    }
    static func user(_ name: Text, in account: AccountID) -> ItemKey {
        ItemKey(place: Place(account: account, region: ""), kind: "user", id: name)
    }

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
            "account": .string(account.text), "user": .string(user), "status": "Active",
            "created": .integer(time.milliseconds), "secret": .blob(sealed.bytes),
        ]
        return Item(key: accessKey(id), link: user, due: nil, rev: 1, body: body.json)
    }

    static func newUser(
        name: Text,
        id: Text,
        path: Text,
        account: AccountID,
        policies: [(name: Text, document: Text)],
        at time: Timestamp
    ) -> Item {
        let body: Fields = [
            "id": .string(id), "path": .string(path), "created": .integer(time.milliseconds),
            "policies": .structure(
                Fields(policies.map { Fields.Member(name: $0.name, value: .string($0.document)) })
            ),
        ]
        return Item(key: user(name, in: account), link: nil, due: nil, rev: 1, body: body.json)
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
            user: user,
            isActive: body.text("status") == "Active",
            secret: secret
        )
    }

    static func userState(_ item: Item) throws -> UserState {
        let body = try Fields(json: item.body)
        guard let id = body.text("id"), let path = body.text("path") else {
            throw StoreError.corrupt("user \(item.key.id)")
        }
        let policies = try (body.fields("policies")?.members ?? []).map { member in
            guard case .string(let text) = member.value else { throw StoreError.corrupt("user \(item.key.id)") }
            return NamedPolicy(name: member.name, document: try PolicyDocument.parse(text.bytes, kind: .identity))
        }
        return UserState(account: item.key.place.account, name: item.key.id, id: id, path: path, policies: policies)
    }
}

extension View {
    func credential(_ id: Text, root: RootKey) throws -> Credential? {
        let key = IdentityRows.accessKey(id)
        return try row(.item(key)) { snapshot in
            try snapshot.item(key).map { (try IdentityRows.credential($0, root: root), $0.body.count + 512) }
        }
    }

    func user(_ name: Text, in account: AccountID) throws -> UserState? {
        let key = IdentityRows.user(name, in: account)
        return try row(.item(key)) { snapshot in
            try snapshot.item(key).map { (try IdentityRows.userState($0), $0.body.count * 4 + 512) }
        }
    }
}
