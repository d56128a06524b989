internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum DeleteGroup: AccessOperation {
        static let name: Text = "DeleteGroup"
        static let hasOutput = false
        static let input: Structure = [.required("GroupName", groupName)]

        static func subject(_ input: Fields, _ call: Call) throws -> AccessSubject {
            try AccessSubject(.group, input.text("GroupName") ?? "", call)
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let subject = call.subject
            return try await call.commit { transaction in
                guard let item = try transaction.item(subject.key) else { throw subject.missing }
                let group = try Entity(item)
                guard group.attached.isEmpty else { throw mustDetach }
                let members = try transaction.items(
                    group.key.place, kind: Bond.Kind.membership.rawValue, link: group.key.id, limit: 1)
                guard members.isEmpty, group.inline.isEmpty else { throw mustRemove }
                try transaction.delete(group.key)
                return [:]
            }
        }
    }
}
