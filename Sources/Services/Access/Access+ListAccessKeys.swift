internal import Bytes
internal import Policy
internal import Seal
internal import Store
internal import Wire

extension Access {
    enum ListAccessKeys: AccessOperation {
        static let name: Text = "ListAccessKeys"
        static let isReadOnly = true
        static let input = Structure([.optional("UserName", existingUserName)] + paging)

        static func subject(_ input: Fields, _ call: Call) throws -> AccessSubject {
            try AccessSubject(.user, try userName(input, call), call)
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (subject, page) = (call.subject, try AccessPage(call.input))
            let found = try await call.house.store.read { snapshot in
                guard let item = try snapshot.item(subject.key) else { throw subject.missing }
                let user = try Entity(item)
                let keys = try snapshot.items(
                    IdentityRows.place, kind: IdentityRows.accessKeyKind,
                    link: IdentityRows.link(user.name, user.account), after: page.after, limit: page.limit + 1)
                return (name: user.name, keys: try keys.map { (id: $0.key.id, body: try Fields(json: $0.body)) })
            }
            return page.fields("AccessKeyMetadata", found.keys, id: { $0.id }) { key in
                var fields: Fields = ["UserName": .string(found.name), "AccessKeyId": .string(key.id)]
                fields.add("Status", key.body.text("status"))
                fields.add("CreateDate", key.body.storedTime("created"))
                return .structure(fields)
            }
        }
    }
}
