internal import Bytes
internal import Policy
internal import Wire

extension Secrets {
    enum ListResourcePolicies: ReadOperation {
        struct Input: Sendable {
            let secretID: Text
            let nextToken: Text?
        }

        static let name: Text = "ListResourcePolicies"
        static let api = API.secretsManager
        static let quota = policyQuota
        static let isReadOnly = true
        static let input: Structure = [
            .required("SecretId", Secrets.secretID), .optional("MaxResults", .integer(1...100)),
            .optional("NextToken", Secrets.nextToken),
        ]

        static func decode(_ fields: Fields) throws(Fault) -> Input {
            Input(secretID: fields.text("SecretId") ?? "", nextToken: fields.text("NextToken"))
        }

        static func encode(_ output: SecretState) -> Fields {
            let names: [Document] =
                output.draft.policy == nil ? [] : [.structure(["PolicyName": .string(defaultPolicy)])]
            return ["ResourcePolicies": .list(names)]
        }

        static func find(_ input: Input, _ call: Call) throws -> Subject { try Secrets.find(input.secretID, call) }

        static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question] {
            [question("secretsmanager:ListResourcePolicies", subject, call)]
        }

        /// There is never a second page, so no token can have come from here.
        static func answer(_ call: Authorized<Self>) throws -> SecretState {
            let secret = try call.subject.require()
            guard call.input.nextToken == nil else { throw Fault.invalidNextToken }
            return secret
        }
    }
}
