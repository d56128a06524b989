internal import Bytes
internal import Policy
internal import Wire

extension Secrets {
    enum ValidateResourcePolicy: ReadOperation {
        struct Input: Sendable {
            let secretID: Text?
            let policy: Text
        }
        /// AWS does not publish the names of its checks; these are ours.
        struct Finding: Sendable {
            let check: Text
            let message: Text
        }

        static let name: Text = "ValidateResourcePolicy"
        static let api = API.secretsManager
        static let quota = policyQuota
        static let isReadOnly = true
        static let input: Structure = [
            .optional("SecretId", Secrets.secretID), .required("ResourcePolicy", policyDocument),
        ]

        static func decode(_ fields: Fields) throws(Fault) -> Input {
            Input(secretID: fields.text("SecretId"), policy: fields.text("ResourcePolicy") ?? "")
        }

        static func encode(_ output: [Finding]) -> Fields {
            [
                "PolicyValidationPassed": .bool(output.isEmpty),
                "ValidationErrors": .list(
                    output.map {
                        .structure(["CheckName": .string($0.check), "ErrorMessage": .string($0.message)])
                    }
                ),
            ]
        }

        static func find(_ input: Input, _ call: Call) throws -> Subject? {
            try input.secretID.map { try Secrets.find($0, call) }
        }

        static func asks(_ input: Input, _ subject: Subject?, _ call: Call) -> [Question] {
            (["secretsmanager:ValidateResourcePolicy", "secretsmanager:PutResourcePolicy"] as [Text]).map { action in
                guard let subject else { return unboundQuestion(action, call) }
                return question(action, subject, call)
            }
        }

        static func answer(_ call: Authorized<Self>) throws -> [Finding] {
            let secret = try call.subject?.require()
            let document: PolicyDocument
            do { document = try parsePolicy(call.input.policy) } catch {
                let place = Text(error.message.map { " (\($0))" } ?? "")
                return [
                    Finding(check: "SYNTAX", message: "This resource policy contains a syntax error.\(place)")
                ]
            }
            var findings: [Finding] = []
            if PublicAccess.isPublic(document) {
                findings.append(
                    Finding(check: "BROAD_ACCESS", message: "This resource policy grants broad access to your secret.")
                )
            }
            if try locksOut(document, secret, call) {
                findings.append(
                    Finding(
                        check: "LOCKOUT",
                        message: "Your requested changes will not allow you to manage this secret in the future."
                    )
                )
            }
            return findings
        }

        private static func locksOut(_ document: PolicyDocument, _ secret: SecretState?, _ call: Authorized<Self>)
            throws
            -> Bool
        {
            var asked =
                if let subject = call.subject {
                    question("secretsmanager:PutResourcePolicy", subject, call.call)
                } else {
                    unboundQuestion("secretsmanager:PutResourcePolicy", call.call)
                }
            asked.resourcePolicy = NamedPolicy(name: secret?.arn ?? "proposed", document: document)
            return try !judge(asked, call.call).isAllowed
        }
    }
}
