internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum AddUserToGroup: AccessOperation {
        static let name: Text = "AddUserToGroup"
        static let hasOutput = false
        static let input: Structure = [.required("GroupName", groupName), .required("UserName", existingUserName)]
        private static let most = 10

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
                guard !user.groups.contains(group.key.id) else { return [:] }
                guard user.groups.count < most else {
                    throw Fault("LimitExceeded", "Cannot exceed quota for GroupsPerUser: \(most)", status: 409)
                }
                user.groups.append(group.key.id)
                try transaction.update(user.item)
                _ = try transaction.insert(Bond(.membership, subject.account, to: group.key.id, key).item)
                return [:]
            }
        }
    }
}
