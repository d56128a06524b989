internal import Bytes
internal import Policy
internal import Wire

extension Secrets {
    enum DeleteResourcePolicy: WriteOperation {
        struct Input: Sendable {
            let secretID: Text
            let policyName: Text?
        }

        static let name: Text = "DeleteResourcePolicy"
        static let api = API.secretsManager
        static let quota = policyQuota
        static let input: Structure = [
            .required("SecretId", Secrets.secretID), .optional("PolicyName", Secrets.policyName),
        ]
        static let recordedOutput: Structure? = recordedPolicyName

        static func decode(_ fields: Fields) throws(Fault) -> Input {
            Input(secretID: fields.text("SecretId") ?? "", policyName: fields.text("PolicyName"))
        }
        static func encode(_ output: SecretIdentity) -> Fields { policyAnswer(output) }

        static func find(_ input: Input, _ call: Call) throws -> Subject { try Secrets.find(input.secretID, call) }

        static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question] {
            [question("secretsmanager:DeleteResourcePolicy", subject, call)]
        }

        /// Deleting what is not there succeeds.
        static func run(_ call: Authorized<Self>) async throws -> SecretIdentity {
            let secret = try call.subject.require()
            try requireDefaultPolicy(call.input.policyName)
            return try await call.changeSecret { draft, _ in
                draft.policy = nil
                return secret.identity
            }
        }
    }
}
