internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum UpdateGroup: AccessOperation {
        static let name: Text = "UpdateGroup"
        static let hasOutput = false
        static let input: Structure = [
            .required("GroupName", groupName), .optional("NewPath", path), .optional("NewGroupName", groupName),
        ]

        static func subject(_ input: Fields, _ call: Call) throws -> AccessSubject {
            try AccessSubject(.group, input.text("GroupName") ?? "", call)
        }

        static func asks(_ input: Fields, _ subject: AccessSubject, _ call: Call) -> [Question] {
            Moving.asks("iam:\(name)", input, subject, newName: input.text("NewGroupName"), call)
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (input, subject) = (call.input, call.subject)
            return try await call.commit { transaction in
                guard let item = try transaction.item(subject.key) else { throw subject.missing }
                try Moving.move(
                    try Entity(item), name: input.text("NewGroupName"), path: input.text("NewPath"), transaction)
                return [:]
            }
        }
    }
}
