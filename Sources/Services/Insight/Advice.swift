internal import Bytes
internal import Policy

/// The smallest change that would turn a decision around, in words and, where something has to be added, as a statement.
struct Advice: Sendable {
    var text: Text
    var statement: Text?

    init?(_ explanation: Explanation, _ ask: Ask, _ layers: Layers) {
        switch explanation.decision.reason {
        case .root:
            text =
                "Only a control policy of the organization, or an explicit deny in the resource's policy, stops the root user."
        case .allowed(let statement):
            text = "It ends when \(statement.words) is removed or narrowed."
        case .explicitDeny(_, let statement):
            text =
                "Remove \(statement.words), or narrow it so that it no longer covers this request. No allow anywhere outweighs it."
        case .implicitDeny(let layer):
            // Within an account either side's word is enough.
            let isOwn = layers.resourceAccount == ask.principal.account
            let almost = explanation.near.first { trace in
                let isHere =
                    trace.statement.layer == layer
                    || layer == .identity && isOwn && trace.statement.layer == .resource
                return trace.effect == .allow && trace.isConditional && isHere
            }
            if let almost, case .conditionFailed(let failure) = almost.outcome {
                let wanted = failure.policyValues.map { "\"\($0)\"" }.joined(separator: " or ")
                let had = failure.requestValues.map { $0.map { "\"\($0)\"" }.joined(separator: ", ") } ?? "nothing"
                text = Text(
                    "\(almost.statement.words) would allow it if \(failure.key) met \(failure.operatorName) \(wanted); the request has \(had)."
                )
                return
            }
            text = Advice.words(for: layer, ask)
            statement = Advice.statement(for: layer, ask)
        }
    }

    private static func words(for layer: PolicyLayer, _ ask: Ask) -> Text {
        switch layer {
        case .identity: "Add this statement to a policy of \(ask.principal.arn)."
        case .boundary: "Add this statement to the permissions boundary of \(ask.principal.arn)."
        case .session: "Start the session with policies that hold this statement, or without any."
        case .resource: "Add this statement to the policy of \(ask.resource)."
        case .trust: "Add this statement to the trust policy of \(ask.resource)."
        case .serviceControl:
            "Every level of the organization must allow it: add this statement to a service control policy of the level that does not."
        case .resourceControl:
            "Every level of the organization must allow it: add this statement to a resource control policy of the level that does not."
        }
    }

    private static func statement(for layer: PolicyLayer, _ ask: Ask) -> Text {
        var fields: Fields = ["Effect": "Allow"]
        switch layer {
        case .resource, .trust: fields.add("Principal", .structure(["AWS": .string(principal(ask.principal))]))
        case .resourceControl: fields.add("Principal", "*")
        case .identity, .boundary, .session, .serviceControl: break
        }
        fields.add("Action", .string(ask.action))
        switch layer {
        case .trust: break
        case .resource: fields.add("Resource", "*")
        default: fields.add("Resource", .string(ask.resource))
        }
        return Text(decoding: fields.json[...])
    }

    private static func principal(_ principal: Principal) -> Text {
        if case .assumedRole(let role) = principal.kind { role } else { principal.arn }
    }
}

extension StatementReference {
    /// `statement 0 ("Sid") of the identity policy P`.
    var words: Text {
        let sid = sid.map { " (\"\($0)\")" } ?? ""
        let kind = layer.name.string.replacing("-", with: " ")
        return Text("statement \(index)\(sid) of the \(kind) \(policy)")
    }

    var fields: Fields {
        var fields: Fields = [
            "Layer": .string(layer.name), "Policy": .string(policy), "Statement": .integer(Int64(index)),
        ]
        fields.add("Sid", sid)
        return fields
    }
}
