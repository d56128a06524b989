internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Keys {
    enum RevokeGrant: WriteOperation {
        struct Input: Sendable {
            let keyID: Text
            let grantID: Text
            let isDryRun: Bool
        }

        static let name: Text = "RevokeGrant"
        static let api = API.kms
        static let quota = grantQuota
        static let input: Structure = [
            .required("KeyId", Keys.keyID), .required("GrantId", .string(1...128)), .optional("DryRun", .boolean),
        ]

        static func decode(_ fields: Fields) throws(Fault) -> Input {
            Input(
                keyID: fields.text("KeyId") ?? "",
                grantID: try checkedGrantID(fields.text("GrantId") ?? ""),
                isDryRun: fields.bool("DryRun") ?? false
            )
        }
        static func encode(_ output: Void) -> Fields { [:] }

        static func find(_ input: Input, _ call: Call) throws -> Subject { try Keys.find(input.keyID, call) }

        static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question] {
            var question = question("kms:RevokeGrant", subject, call)
            question.keys.add("kms:GrantIsForAWSResource", call.via != nil)
            return [question]
        }

        /// In any state of the key.
        static func run(_ call: Authorized<Self>) async throws {
            let key = try call.subject.require()
            let id = call.input.grantID
            guard
                let known = try await call.house.store.read({ snapshot in
                    try snapshot.item(GrantRows.grant(key.id, id, in: key.place)).map { try GrantState($0) }
                })
            else { throw missingGrant(id) }
            try refuseDryRun(call.input.isDryRun)
            try await call.commit { transaction in
                guard try transaction.delete(known) else { throw missingGrant(id) }
            }
        }
    }
}
