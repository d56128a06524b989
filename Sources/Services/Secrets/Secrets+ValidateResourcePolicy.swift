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
            var document: PolicyDocument
            do { document = try PolicyDocument.parse(call.input.policy.bytes, kind: .resource) } catch {
                return [finding(error)]
            }
            var findings: [Finding] = []
            do {
                document = document.held(
                    to: try WrittenPolicy(call.input.policy, document, in: call.call.view).ids)
            } catch is UnknownPrincipal { findings.append(Self.unsupportedPrincipal) }
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

        private static let unsupportedPrincipal = Finding(
            check: "UNSUPPORTED_PRINCIPAL", message: Secrets.unsupportedPrincipal)

        private static func finding(_ flaw: MalformedPolicy) -> Finding {
            switch flaw.kind {
            case .syntax:
                Finding(
                    check: "SYNTAX",
                    message: "This resource policy contains a syntax error. (\(flaw.path): \(flaw.reason))")
            case .principal: unsupportedPrincipal
            case .servicePrincipal:
                Finding(check: "INVALID_SERVICE_PRINCIPAL", message: Secrets.invalidServicePrincipal)
            }
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
