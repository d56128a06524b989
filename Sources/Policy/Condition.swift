package import Bytes

/// One key under one operator. All conditions of a statement must hold.
package struct Condition: Sendable {
    /// As written: `ForAnyValue:StringLike`.
    package let operatorName: Text
    package let key: Text
    package let values: [Text]

    let operation: ConditionOperator
    let foldedKey: Text
    let operands: Operands

    /// - Parameter values: the element is the key.
    init(operatorName: Text, operation: ConditionOperator, values: Texts, variables: Bool) throws(MalformedPolicy) {
        self.operatorName = operatorName
        self.operation = operation
        key = values.element
        self.values = values.texts
        foldedKey = values.element.asciiLowercased
        operands = try Operands(operation.family, values, variables: variables)
    }

    /// Whether it may hold for one request and not for the next of the same principal with the same parameters for the same
    /// resource.
    var isContextual: Bool {
        guard !values.contains(where: { Template.hasVariable($0.bytes) }) else { return true }
        // The services' own keys speak of parameters and resources.
        guard foldedKey.hasPrefix("aws:") else { return false }
        let settled: [Text] = [
            "aws:principal", "aws:user", "aws:resource", "aws:requestedregion", "aws:calledvia", "aws:viaawsservice",
        ]
        return foldedKey == "aws:useragent" || !settled.contains { foldedKey.hasPrefix($0) }
    }

    func holds(_ evaluation: Evaluation) -> Bool {
        let value = evaluation.values(foldedKey)
        if case .absences(let wanted) = operands { return wanted.contains(Condition.isNull(value)) }
        // "None of these" can't be said of something unknown: the statement does not match.
        if operation.isNegated, !operands.isResolvable(evaluation) { return false }
        guard let value, value != .many([]) else { return isTrueWhenAbsent }
        switch operation.quantifier {
        case .none: return any(value, evaluation) != operation.isNegated
        case .any: return anyAgrees(value, evaluation)
        case .all: return Condition.isNull(value) || allAgree(value, evaluation)
        }
    }

    /// Absent, or nothing but empty text: "a null data set" in the IAM guide.
    private static func isNull(_ value: ContextKeys.Value?) -> Bool {
        switch value {
        case nil: true
        case .one(let text)?: text.isEmpty
        case .many(let texts)?: texts.allSatisfy(\.isEmpty)
        }
    }

    private var isTrueWhenAbsent: Bool {
        switch operation.quantifier {
        case .none: operation.isNegated || operation.isIfExists
        case .any: operation.isIfExists
        case .all: true
        }
    }

    private func any(_ value: ContextKeys.Value, _ evaluation: Evaluation) -> Bool {
        switch value {
        case .one(let text): operands.matches(text, evaluation)
        case .many(let texts): texts.contains { operands.matches($0, evaluation) }
        }
    }

    private func anyAgrees(_ value: ContextKeys.Value, _ evaluation: Evaluation) -> Bool {
        value.texts.contains { operands.matches($0, evaluation) != operation.isNegated }
    }

    private func allAgree(_ value: ContextKeys.Value, _ evaluation: Evaluation) -> Bool {
        value.texts.allSatisfy { operands.matches($0, evaluation) != operation.isNegated }
    }
}
