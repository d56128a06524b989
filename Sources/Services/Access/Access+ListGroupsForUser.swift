internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum ListGroupsForUser: AccessOperation {
        static let name: Text = "ListGroupsForUser"
        static let isReadOnly = true
        static let input = Structure([.required("UserName", existingUserName)] + paging)

        static func subject(_ input: Fields, _ call: Call) throws -> AccessSubject {
            try AccessSubject(.user, input.text("UserName") ?? "", call)
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let subject = call.subject
            let groups = try await call.house.store.read { snapshot in
                guard let item = try snapshot.item(subject.key) else { throw subject.missing }
                var groups: [Entity] = []
                for id in try Entity(item).groups.sorted() {
                    if let group = try snapshot.item(Entity.key(.group, id, subject.account)) {
                        groups.append(try Entity(group))
                    }
                }
                return groups
            }
            return try AccessPage(call.input).fields("Groups", of: groups, id: { $0.key.id }) {
                .structure(shown(group: $0))
            }
        }
    }
}
