internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Secrets {
    enum PutResourcePolicy: WriteOperation {
        struct Input: Sendable {
            let secretID: Text
            let policy: Text
            let policyName: Text?
            let blocksPublic: Bool
        }

        static let name: Text = "PutResourcePolicy"
        static let api = API.secretsManager
        static let quota = policyQuota
        static let input: Structure = [
            .required("SecretId", Secrets.secretID), .required("ResourcePolicy", policyDocument),
            .optional("PolicyName", Secrets.policyName), .optional("BlockPublicPolicy", .boolean),
        ]
        static let recordedOutput: Structure? = recordedPolicyName

        static func decode(_ fields: Fields) throws(Fault) -> Input {
            Input(
                secretID: fields.text("SecretId") ?? "",
                policy: fields.text("ResourcePolicy") ?? "",
                policyName: fields.text("PolicyName"),
                blocksPublic: fields.bool("BlockPublicPolicy") ?? false
            )
        }
        static func encode(_ output: SecretIdentity) -> Fields { policyAnswer(output) }

        static func find(_ input: Input, _ call: Call) throws -> Subject { try Secrets.find(input.secretID, call) }

        static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question] {
            var question = question("secretsmanager:PutResourcePolicy", subject, call)
            question.keys.add("secretsmanager:BlockPublicPolicy", input.blocksPublic ? "true" : "false")
            return [question]
        }

        static func run(_ call: Authorized<Self>) async throws -> SecretIdentity {
            let secret = try call.subject.require()
            let input = call.input
            try requireDefaultPolicy(input.policyName)
            let document = try parsePolicy(input.policy)
            if input.blocksPublic, PublicAccess.isPublic(document) {
                throw Fault("PublicPolicyException", broadAccess)
            }
            let written = try await call.house.store.read { snapshot in
                try Secrets.written(input.policy, document, in: snapshot)
            }
            return try await call.changeSecret { draft, _ in
                draft.policy = written
                return secret.identity
            }
        }
    }
}
