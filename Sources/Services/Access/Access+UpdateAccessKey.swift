internal import Bytes
internal import Policy
internal import Seal
internal import Store
internal import Wire

extension Access {
    enum UpdateAccessKey: AccessOperation {
        static let name: Text = "UpdateAccessKey"
        static let hasOutput = false
        static let input: Structure = [
            .optional("UserName", existingUserName), .required("AccessKeyId", accessKeyID),
            .required("Status", .oneOf("Active", "Inactive", "Expired")),
        ]

        static func subject(_ input: Fields, _ call: Call) throws -> AccessSubject {
            try AccessSubject(.user, try userName(input, call), call)
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (subject, id) = (call.subject, call.input.text("AccessKeyId") ?? "")
            let status = call.input.text("Status") ?? ""
            guard status != "Expired" else {
                throw Fault("InvalidInput", "The status of an access key can be set to Active or Inactive.")
            }
            return try await call.commit { transaction in
                var item = try ownKey(id, of: subject, transaction)
                var body = try Fields(json: item.body)
                body.replace("status", .string(status))
                item.body = body.json
                try transaction.update(item)
                return [:]
            }
        }
    }

    /// The row of the user's own access key of that id.
    static func ownKey(
        _ id: Text, of subject: AccessSubject, _ transaction: borrowing Transaction
    ) throws -> Item {
        guard let user = try transaction.item(subject.key) else { throw subject.missing }
        guard let item = try transaction.item(IdentityRows.accessKey(id)),
            item.link == IdentityRows.link(user.key.id, subject.account)
        else { throw Fault("NoSuchEntity", "The Access Key with id \(id) cannot be found.", status: 404) }
        return item
    }
}
