internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum RemoveUserFromGroup: AccessOperation {
        static let name: Text = "RemoveUserFromGroup"
        static let hasOutput = false
        static let input: Structure = [.required("GroupName", groupName), .required("UserName", existingUserName)]

        static func subject(_ input: Fields, _ call: Call) throws -> AccessSubject {
            try AccessSubject(.group, input.text("GroupName") ?? "", call)
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (subject, name) = (call.subject, call.input.text("UserName") ?? "")
            let key = Entity.key(.user, name, subject.account)
            return try await call.commit { transaction in
                guard let group = try transaction.item(subject.key) else { throw subject.missing }
                guard let item = try transaction.item(key) else { throw missing(.user, name) }
                var user = try Entity(item)
                guard user.groups.contains(group.key.id) else { return [:] }
                user.groups.removeAll { $0 == group.key.id }
                try transaction.update(user.item)
                try transaction.delete(Bond(.membership, subject.account, to: group.key.id, key).key)
                return [:]
            }
        }
    }
}
