internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum CreateGroup: AccessOperation {
        static let name: Text = "CreateGroup"
        static let input: Structure = [.optional("Path", path), .required("GroupName", groupName)]
        static let recordedOutput: Structure? = [.optional("Group", .structure(groupShape))]
        private static let most = 300

        static func subject(_ input: Fields, _ call: Call) throws -> AccessSubject {
            try AccessSubject(.group, input.text("GroupName") ?? "", path: input.text("Path"), call)
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let name = call.subject.name
            let group = Entity(
                .group, name: name, path: call.input.text("Path") ?? "/", account: call.subject.account, at: call.now,
                chance: call.house.chance)
            return try await call.commit { transaction in
                guard try transaction.itemCount(group.key.place, kind: group.key.kind) < most else {
                    throw Fault("LimitExceeded", "Cannot exceed quota for GroupsPerAccount: \(most)", status: 409)
                }
                guard try transaction.insert(group.item) else { throw exists(.group, name) }
                return ["Group": .structure(shown(group: group))]
            }
        }
    }

    static let groupShape: Structure = [
        .optional("Path", path), .optional("GroupName", .string()), .optional("GroupId", .string()),
        .optional("Arn", .string()), .optional("CreateDate", .timestamp),
    ]

    static func shown(group: Entity) -> Fields {
        [
            "Path": .string(group.path), "GroupName": .string(group.name), "GroupId": .string(group.id),
            "Arn": .string(group.arn), "CreateDate": .timestamp(group.created),
        ]
    }
}
