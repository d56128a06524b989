internal import Bytes
internal import Policy
internal import Wire

extension Secrets {
    enum GetResourcePolicy: ReadOperation {
        struct Input: Sendable {
            let secretID: Text
            let policyName: Text?
        }

        static let name: Text = "GetResourcePolicy"
        static let api = API.secretsManager
        static let quota = policyQuota
        static let isReadOnly = true
        static let input: Structure = [
            .required("SecretId", Secrets.secretID), .optional("PolicyName", Secrets.policyName),
        ]

        static func decode(_ fields: Fields) throws(Fault) -> Input {
            Input(secretID: fields.text("SecretId") ?? "", policyName: fields.text("PolicyName"))
        }

        struct Output: Sendable {
            let identity: SecretIdentity
            let policy: Text?
        }

        static func encode(_ output: Output) -> Fields {
            var fields = output.identity.fields
            fields.add("ResourcePolicy", output.policy)
            fields.add("PolicyName", defaultPolicy)
            return fields
        }

        static func find(_ input: Input, _ call: Call) throws -> Subject { try Secrets.find(input.secretID, call) }

        static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question] {
            [question("secretsmanager:GetResourcePolicy", subject, call)]
        }

        static func answer(_ call: Authorized<Self>) throws -> Output {
            let secret = try call.subject.require()
            if let name = call.input.policyName, name != defaultPolicy {
                throw Fault("ResourceNotFoundException", "Secrets Manager can't find the resource policy \(name).")
            }
            let policy = try secret.draft.policy?.shown(in: call.call.view)
            return Output(identity: secret.identity, policy: policy)
        }
    }
}
