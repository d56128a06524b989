package import Bytes
package import Policy

/// One decision as the trail keeps it, so that "why?" can be answered as long as the record is there. An object, because what is
/// remembered of a decision is the same for many calls.
package final class Finding: Sendable {
    package let action: Text
    package let resource: Text
    package let decision: Decision
    /// For a refusal: the statements that came close, at most ``most``.
    package let near: [StatementTrace]
    /// For a refusal.
    private let evidence: Evidence?

    static let most = 8

    /// What refusals keep beside the decision costs many times the decision: it is gathered for them alone.
    init(_ question: Question, _ decision: Decision, _ ask: Ask, _ layers: Layers, _ call: Call) {
        action = question.action
        resource = question.resource
        self.decision = decision
        near = decision.isAllowed ? [] : Array(explain(ask, layers).near.prefix(Self.most))
        evidence = decision.isAllowed ? nil : Evidence(ask, layers, call)
    }

    /// The policies that the record speaks of.
    var cited: [PolicyText] {
        switch decision.reason {
        case .allowed(let statement): [statement.text]
        case .root: []
        case .explicitDeny, .implicitDeny: evidence?.cited ?? []
        }
    }

    /// A member of the record's `additionalEventData.authorization`.
    func append(to out: inout ByteBuilder) {
        out.append(#"{"action":"#)
        out.append(jsonString: action)
        out.append(#","resource":"#)
        out.append(jsonString: resource)
        out.append(#","effect":""#)
        switch decision.reason {
        case .allowed(let statement):
            out.append("ALLOW\"")
            Self.append(statement, to: &out)
        case .root: out.append(#"ALLOW","layer":"root""#)
        case .explicitDeny(_, let statement):
            out.append("EXPLICIT_DENY\"")
            Self.append(statement, to: &out)
        case .implicitDeny(let layer):
            out.append(#"IMPLICIT_DENY","layer":""#)
            out.append(layer.name)
            out.append(byte: 0x22)
        }
        if !near.isEmpty {
            out.append(#","near":["#)
            for (position, trace) in near.enumerated() {
                out.append(position == 0 ? "{" : ",{")
                out.append(#""outcome":""#)
                out.append(trace.outcome.name)
                out.append(byte: 0x22)
                Self.append(trace.statement, to: &out)
                if case .conditionFailed(let failure) = trace.outcome {
                    out.append(",\"condition\":")
                    out.append(json: .structure(failure.fields))
                }
                out.append("}")
            }
            out.append("]")
        }
        evidence?.append(to: &out)
        out.append("}")
    }

    private static func append(_ statement: StatementReference, to out: inout ByteBuilder) {
        out.append(#","layer":""#)
        out.append(statement.layer.name)
        out.append(#"","policy":"#)
        out.append(jsonString: statement.policy)
        out.append(#","digest":""#)
        out.append(statement.text.digest)
        out.append(#"","statement":"#)
        out.append(decimal: Int64(statement.index))
        guard let sid = statement.sid else { return }
        out.append(",\"sid\":")
        out.append(jsonString: sid)
    }
}

extension Explanation {
    /// Statements about the action and the resource that did not decide: what failed a condition first.
    var near: [StatementTrace] {
        let about = traces.filter { trace in
            switch trace.outcome {
            case .conditionFailed: true
            case .matched: trace.effect == .deny
            case .otherResource, .otherPrincipal: trace.effect == .allow
            case .otherAction: false
            }
        }
        return about.filter(\.isConditional) + about.filter { !$0.isConditional }
    }
}

extension StatementTrace {
    var isConditional: Bool { if case .conditionFailed = outcome { true } else { false } }
}

extension StatementTrace.Outcome {
    package var name: Text {
        switch self {
        case .matched: "matched"
        case .otherPrincipal: "otherPrincipal"
        case .otherAction: "otherAction"
        case .otherResource: "otherResource"
        case .conditionFailed: "conditionFailed"
        }
    }
}

extension ConditionFailure {
    var fields: Fields {
        [
            "operator": .string(operatorName), "key": .string(key),
            "policyValues": .list(policyValues.map { .string($0) }),
            "requestValues": requestValues.map { .list($0.map { .string($0) }) } ?? .null,
        ]
    }
}

extension PolicyLayer {
    /// In records and explanations.
    package var name: Text {
        switch self {
        case .serviceControl: "service-control-policy"
        case .resourceControl: "resource-control-policy"
        case .resource: "resource-policy"
        case .trust: "trust-policy"
        case .identity: "identity-policy"
        case .boundary: "permissions-boundary"
        case .session: "session-policy"
        }
    }
}
