internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum GetGroup: AccessOperation {
        static let name: Text = "GetGroup"
        static let isReadOnly = true
        static let isBrief = false
        static let input = Structure([.required("GroupName", groupName)] + paging)

        static func subject(_ input: Fields, _ call: Call) throws -> AccessSubject {
            try AccessSubject(.group, input.text("GroupName") ?? "", call)
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (subject, page) = (call.subject, try AccessPage(call.input))
            let found = try await call.house.store.read { snapshot in
                guard let item = try snapshot.item(subject.key) else { throw subject.missing }
                let group = try Entity(item)
                let last = page.after.map {
                    Bond(.membership, group.account, to: group.key.id, Entity.key(.user, $0, group.account)).key.id
                }
                let bonds = try snapshot.items(
                    group.key.place, kind: Bond.Kind.membership.rawValue, link: group.key.id, after: last,
                    limit: page.limit + 1)
                var users: [Entity] = []
                for bond in bonds {
                    guard let bond = Bond(bond), let user = try snapshot.item(bond.member) else { continue }
                    users.append(try Entity(user))
                }
                return (group: group, users: users)
            }
            var fields: Fields = ["Group": .structure(shown(group: found.group))]
            let users = page.fields("Users", found.users, id: { $0.key.id }) {
                .structure(shown(user: $0, isWhole: false))
            }
            fields.members += users.members
            return fields
        }
    }
}
