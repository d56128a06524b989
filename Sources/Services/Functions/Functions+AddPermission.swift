internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Functions {
    enum AddPermission: FunctionOperation {
        static let name: Text = "AddPermission"
        static let route: Route? = Route(
            "POST", "/2015-03-31/functions/{FunctionName}/policy", query: qualifierQuery,
            reply: RouteReply(status: 201))
        static let input: Structure = [
            Functions.name, .required("StatementId", statementID), .required("Action", action),
            .required(
                "Principal",
                .string(
                    0...2048,
                    Pattern("[^\\s]+") { text in
                        !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 }
                    })),
            .optional(
                "SourceArn",
                .string(
                    anything,
                    Pattern(
                        "arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1})?:(\\d{12})?:(.*)"
                    ) { ARN($0) != nil })),
            .optional("SourceAccount", .string(0...12, Pattern("\\d{12}") { AccountID($0) != nil })),
            .optional("FunctionUrlAuthType", .oneOf("NONE", "AWS_IAM")), .optional("InvokedViaFunctionUrl", .boolean),
            .optional("EventSourceToken", .string(0...256)), .optional("PrincipalOrgID", .string(12...34)),
            .optional("Qualifier", qualifier), revision,
        ]
        static let recordedOutput: Structure? = [.optional("Statement", .string())]

        static func keys(_ input: Fields, _ subject: FunctionSubject, _ call: Call) -> ContextKeys {
            let (own, principal) = (subject.keys(call), input.text("Principal"))
            return ContextKeys { name in
                name == "lambda:principal" ? principal.map { .one($0) } : own[name]
            }
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (input, reference) = (call.input, call.subject.reference)
            _ = try call.subject.require()
            guard reference.qualifier != "$LATEST" else {
                throw Fault.invalidValue("We currently do not support adding policies for $LATEST.")
            }
            guard input["FunctionUrlAuthType"] == nil, input["InvokedViaFunctionUrl"] == nil else {
                throw Fault.unsupported("A function URL")
            }
            let sid = input.text("StatementId") ?? ""
            let statement = try FunctionPermission(input, reference.qualifiedARN).statement
            return try await call.changePolicy(input.text("RevisionId")) { policy, transaction in
                guard !(policy?.has(sid) ?? false) else {
                    throw Fault.functionConflict(
                        "The statement id (\(sid)) provided already exists. Please provide a new statement id, or remove the existing statement."
                    )
                }
                policy = try FunctionPolicy.adding(statement, to: policy, in: transaction)
                return ["Statement": .string(Text(decoding: statement.json[...]))]
            }
        }
    }

    static let statementID = Shape.string(1...100, Pattern.each(of: "a-zA-Z0-9_-", text: "([a-zA-Z0-9-_]+)"))
    private static let action = Shape.string(
        anything,
        Pattern("(lambda:[*]|lambda:[a-zA-Z]+|[*])") { text in
            guard text != "*", let name = text.dropping("lambda:") else { return text == "*" }
            let letters: CharacterClass = "a-zA-Z"
            return name == "*" || !name.isEmpty && name.string.unicodeScalars.allSatisfy(letters.contains)
        })

    enum RemovePermission: FunctionOperation {
        static let name: Text = "RemovePermission"
        static let hasOutput = false
        static let route: Route? = Route(
            "DELETE", "/2015-03-31/functions/{FunctionName}/policy/{StatementId}",
            query: ["Qualifier": "Qualifier", "RevisionId": "RevisionId"], reply: RouteReply(status: 204))
        static let input: Structure = [
            Functions.name,
            .required(
                "StatementId", .string(1...100, Pattern.each(of: "a-zA-Z0-9_.-", text: "([a-zA-Z0-9-_.]+)"))),
            .optional("Qualifier", qualifier), revision,
        ]

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            _ = try call.subject.require()
            let sid = call.input.text("StatementId") ?? ""
            return try await call.changePolicy(call.input.text("RevisionId")) { policy, _ in
                guard let known = policy else { throw Fault.noFunctionPolicy }
                guard known.has(sid) else {
                    throw Fault(
                        "ResourceNotFoundException", "Statement \(sid) is not found in resource policy.", status: 404)
                }
                policy = known.without(sid)
                return [:]
            }
        }
    }

    enum GetPolicy: FunctionOperation {
        static let name: Text = "GetPolicy"
        static let isReadOnly = true
        static let route: Route? = Route(
            "GET", "/2015-03-31/functions/{FunctionName}/policy", query: qualifierQuery)
        static let input = qualified

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (policy, revision): (FunctionPolicy?, Text) =
                switch try call.subject.require() {
                case .latest(let function): (function.policy, function.latest.revision)
                case .version(_, let version): (version.policy, version.configuration.revision)
                case .alias(_, let alias): (alias.policy, alias.revision)
                }
            guard let policy else { throw Fault.noSuchResource }
            let text = try await call.house.store.read { try policy.written.shown(in: $0) }
            return ["Policy": .string(text), "RevisionId": .string(revision)]
        }
    }
}
