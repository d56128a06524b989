internal import Bytes
internal import Policy
internal import Wire

extension Insight {
    /// Decides for a principal as if it had just asked, and tells what every statement said.
    enum Explain: ReadOperation {
        typealias Input = Fields
        typealias Output = Fields

        static let name: Text = "Explain"
        static let api = API.insight
        static let quota = Insight.quota
        static let isReadOnly = true
        static let isBrief = false
        static let input: Structure = [
            .required("PrincipalArn", arn), .required("Action", action), .optional("Resource", arn),
            .optional("Context", context),
        ]

        static func decode(_ fields: Fields) throws(Fault) -> Fields { fields }
        static func encode(_ output: Fields) -> Fields { output }
        static func find(_ input: Fields, _ call: Call) throws {}

        static func asks(_ input: Fields, _ subject: Void, _ call: Call) -> [Question] {
            [ownQuestion("undercroft:Explain", input.text("PrincipalArn") ?? "*", call)]
        }

        static func answer(_ call: Authorized<Self>) throws -> Fields {
            let input = call.input
            let resource = input.text("Resource") ?? "*"
            let caller = try caller(input.text("PrincipalArn") ?? "", call.call)
            let asked = Insight.call(of: caller, about: resource, call.call)
            let question = try question(input.text("Action") ?? "", resource, input.fields("Context"), asked)
            let (ask, layers) = try terms(question, asked)
            return shown(explain(ask, layers), ask, layers)
        }
    }

    static func shown(_ explanation: Explanation, _ ask: Ask, _ layers: Layers) -> Fields {
        var fields: Fields = [
            "Principal": .string(ask.principal.arn), "Action": .string(ask.action), "Resource": .string(ask.resource),
        ]
        switch explanation.decision.reason {
        case .root: fields.add("Effect", "ALLOW")
        case .allowed(let statement):
            fields.add("Effect", "ALLOW")
            fields.add("DecidedBy", .structure(statement.fields))
        case .explicitDeny(_, let statement):
            fields.add("Effect", "EXPLICIT_DENY")
            fields.add("DecidedBy", .structure(statement.fields))
        case .implicitDeny(let layer):
            fields.add("Effect", "IMPLICIT_DENY")
            fields.add("Layer", .string(layer.name))
        }
        if !explanation.decision.isAllowed {
            fields.add(
                "Message",
                explanation.decision.deniedMessage(
                    principalARN: ask.principal.arn, action: ask.action,
                    resourceShown: ask.resource == "*" ? nil : ask.resource))
        }
        fields.add(
            "Statements",
            .list(
                explanation.traces.map { trace in
                    var shown = trace.statement.fields
                    shown.add("Effect", trace.effect == .allow ? "Allow" : "Deny")
                    shown.add("Outcome", .string(trace.outcome.name))
                    if case .conditionFailed(let failure) = trace.outcome {
                        shown.add("Condition", .structure(failure.fields))
                    }
                    return .structure(shown)
                }))
        if let advice = Advice(explanation, ask, layers) {
            fields.add("Advice", advice.text)
            fields.add("AdviceStatement", advice.statement)
        }
        return fields
    }
}
