internal import Bytes
internal import Policy
internal import Wire

extension Keys {
    enum PutKeyPolicy: WriteOperation {
        struct Input: Sendable {
            let keyID: Text
            let policyName: Text
            let policy: Text
            let bypassesLockout: Bool
        }

        static let name: Text = "PutKeyPolicy"
        static let api = API.kms
        static let quota = Quota("kms-put-policy", 15)
        static let input: Structure = [
            .required("KeyId", Keys.keyID), .optional("PolicyName", policyName),
            .required("Policy", .string(1...131_072)), .optional("BypassPolicyLockoutSafetyCheck", .boolean),
        ]

        static func decode(_ fields: Fields) throws(Fault) -> Input {
            Input(
                keyID: fields.text("KeyId") ?? "",
                policyName: fields.text("PolicyName") ?? "default",
                policy: fields.text("Policy") ?? "",
                bypassesLockout: fields.bool("BypassPolicyLockoutSafetyCheck") ?? false
            )
        }
        static func encode(_ output: Void) -> Fields { [:] }

        static func find(_ input: Input, _ call: Call) throws -> Subject { try Keys.find(input.keyID, call) }

        static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question] {
            var question = question("kms:PutKeyPolicy", subject, call)
            question.keys.add("kms:BypassPolicyLockoutSafetyCheck", input.bypassesLockout ? "true" : "false")
            return [question]
        }

        static func run(_ call: Authorized<Self>) async throws {
            let key = try call.subject.require()
            try requireDefault(call.input.policyName)
            try requireCustomer(key)
            let policy = call.input.policy
            let written = try await checkPolicy(
                policy, arn: key.arn, bypassesLockout: call.input.bypassesLockout, call.call)
            try await call.changeKey { _, draft in draft.policy = written }
        }
    }
}
