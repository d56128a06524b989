internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum DeleteServiceLinkedRole: AccessOperation {
        static let name: Text = "DeleteServiceLinkedRole"
        static let input: Structure = [.required("RoleName", roleName)]
        static let recordedOutput: Structure? = [.optional("DeletionTaskId", .string())]

        static func subject(_ input: Fields, _ call: Call) throws -> AccessSubject { try role(input, call) }

        /// Nothing here holds on to such a role, so that it goes at once; clients still ask for the task's end.
        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (subject, unique) = (call.subject, call.house.chance.uuid())
            return try await call.commit { transaction in
                guard let item = try transaction.item(subject.key) else { throw subject.missing }
                let role = try Entity(item)
                guard role.isServiceLinked else { throw subject.missing }
                let service = role.path.split(on: 0x2F).dropFirst(2).first ?? ""
                let task: Text = "task\(ServiceLinkedRoles.path)\(service)/\(role.name)/\(unique)"
                for arn in role.attached {
                    try transaction.delete(Bond(.attachment, role.account, to: arn, role.key).key)
                }
                try transaction.delete(principal: role)
                try ServiceMemory.forget(role, transaction)
                let body: Fields = ["role": .string(role.arn)]
                _ = try transaction.insert(
                    Item(
                        key: ServiceLinkedRoles.task(task, role.account), link: nil, due: nil, rev: 1, body: body.json))
                return ["DeletionTaskId": .string(task)]
            }
        }
    }
}
