internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum UpdateUser: AccessOperation {
        static let name: Text = "UpdateUser"
        static let hasOutput = false
        static let input: Structure = [
            .required("UserName", existingUserName), .optional("NewPath", path), .optional("NewUserName", userName),
        ]

        static func subject(_ input: Fields, _ call: Call) throws -> AccessSubject {
            try AccessSubject(.user, input.text("UserName") ?? "", call)
        }

        static func asks(_ input: Fields, _ subject: AccessSubject, _ call: Call) -> [Question] {
            Moving.asks("iam:\(name)", input, subject, newName: input.text("NewUserName"), call)
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (input, subject) = (call.input, call.subject)
            return try await call.commit { transaction in
                guard let item = try transaction.item(subject.key) else { throw subject.missing }
                try Moving.move(
                    try Entity(item), name: input.text("NewUserName"), path: input.text("NewPath"), transaction)
                return [:]
            }
        }
    }
}
