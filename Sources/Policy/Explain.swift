package import Bytes

/// A decision with what became of every statement that was looked at.
package struct Explanation: Sendable {
    package let decision: Decision
    package let traces: [StatementTrace]
}

package struct StatementTrace: Sendable, Equatable {
    package enum Outcome: Sendable, Equatable {
        case matched
        case otherPrincipal
        case otherAction
        case otherResource
        case conditionFailed(ConditionFailure)
    }

    package let statement: StatementReference
    package let effect: Statement.Effect
    package let outcome: Outcome
}

/// The first condition that did not hold.
package struct ConditionFailure: Sendable, Equatable {
    package let operatorName: Text
    package let key: Text
    package let policyValues: [Text]
    /// `nil` if the request does not have the key.
    package let requestValues: [Text]?

    package init(operatorName: Text, key: Text, policyValues: [Text], requestValues: [Text]?) {
        self.operatorName = operatorName
        self.key = key
        self.policyValues = policyValues
        self.requestValues = requestValues
    }
}

/// The same decision as `decide`, with its trace. For simulations, the console and the operator; too slow for every request.
package func explain(_ ask: Ask, _ layers: Layers) -> Explanation {
    let evaluation = Evaluation(ask)
    let traces = layers.all.flatMap { layer, policy in
        policy.traces(layer, evaluation, isPrincipalChecked: layer == layers.resourceLayer)
    }
    return Explanation(decision: decide(ask, layers), traces: traces)
}

extension NamedPolicy {
    /// What became of each statement, in the document's order.
    func traces(_ layer: PolicyLayer, _ evaluation: Evaluation, isPrincipalChecked: Bool) -> [StatementTrace] {
        document.statements.enumerated().map { index, statement in
            StatementTrace(
                statement: reference(index, layer), effect: statement.effect,
                outcome: statement.outcome(evaluation, isPrincipalChecked: isPrincipalChecked))
        }
    }
}

extension Layers {
    /// Every policy with what it is attached to, where that is not the principal or the resource.
    package var policies: [(layer: PolicyLayer, policy: NamedPolicy, target: Text?)] {
        func of(_ levels: [[NamedPolicy]], _ layer: PolicyLayer, _ targets: [Text]) -> [(
            PolicyLayer, NamedPolicy, Text?
        )] {
            levels.enumerated().flatMap { index, level in
                level.map { (layer, $0, index < targets.count ? targets[index] : nil) }
            }
        }
        let controls =
            of(resourceControl, .resourceControl, resourceControlTargets)
            + of(serviceControl, .serviceControl, serviceControlTargets)
        let others = all.filter { $0.0 != .serviceControl && $0.0 != .resourceControl }
        return (controls + others.map { ($0.0, $0.1, nil) }).map { (layer: $0.0, policy: $0.1, target: $0.2) }
    }

    fileprivate var all: [(PolicyLayer, NamedPolicy)] {
        let groups: [(PolicyLayer, [NamedPolicy])] = [
            (.serviceControl, Array(serviceControl.joined())), (.resourceControl, Array(resourceControl.joined())),
            (resourceLayer, resource.map { [$0] } ?? []), (.identity, identity),
            (.boundary, boundary.map { [$0] } ?? []), (.session, session ?? []),
        ]
        return groups.flatMap { layer, policies in policies.map { (layer, $0) } }
    }
}

extension Statement {
    /// Whether `Action` or `NotAction` covers it, whatever the resource and the conditions.
    package func covers(action: Text) -> Bool {
        let nobody = Principal(account: "", arn: "", kind: .anonymous)
        return matcher.coversAction(Evaluation(Ask(action: action, resource: "*", principal: nobody)))
    }

    fileprivate func outcome(_ evaluation: Evaluation, isPrincipalChecked: Bool) -> StatementTrace.Outcome {
        if isPrincipalChecked, !concerns(evaluation.ask.principal) { return .otherPrincipal }
        guard matcher.coversAction(evaluation) else { return .otherAction }
        guard matcher.coversResource(evaluation) else { return .otherResource }
        guard let failed = conditions.first(where: { !$0.holds(evaluation) }) else { return .matched }
        let values = evaluation.values(failed.foldedKey)?.texts
        return .conditionFailed(
            ConditionFailure(
                operatorName: failed.operatorName, key: failed.key, policyValues: failed.values, requestValues: values
            )
        )
    }

    private func concerns(_ principal: Principal) -> Bool {
        guard let principals else { return false }
        return effect == .deny ? principals.denies(principal) : principals.grant(to: principal) > .none
    }
}
