internal import Bytes
internal import Policy
internal import Seal
internal import Store
internal import Wire

extension Access {
    enum DeleteAccessKey: AccessOperation {
        static let name: Text = "DeleteAccessKey"
        static let hasOutput = false
        static let input: Structure = [
            .optional("UserName", existingUserName), .required("AccessKeyId", accessKeyID),
        ]

        static func subject(_ input: Fields, _ call: Call) throws -> AccessSubject {
            try AccessSubject(.user, try userName(input, call), call)
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (subject, id) = (call.subject, call.input.text("AccessKeyId") ?? "")
            return try await call.commit { transaction in
                let item = try ownKey(id, of: subject, transaction)
                try transaction.delete(item.key)
                try transaction.delete(AccessKeyUses.key(id))
                return [:]
            }
        }
    }
}
