import Bytes

/// `ForAllValues:StringNotEqualsIfExists` taken apart.
struct ConditionOperator: Sendable {
    enum Quantifier: Sendable { case none, all, any }
    enum Order: Sendable { case equal, less, lessOrEqual, greater, greaterOrEqual }
    enum Family: Sendable {
        case string(isLike: Bool)
        case stringIgnoringCase
        case arn
        case bool
        case binary
        case address
        case numeric(Order)
        case date(Order)
        case null
    }

    let quantifier: Quantifier
    let family: Family
    /// The operators with "Not" in them: none of the values may match.
    let isNegated: Bool
    /// An absent key makes the condition true.
    let isIfExists: Bool

    /// Names are compared exactly, as everything else in the grammar of policies.
    init(_ name: Text) throws(MalformedPolicy) {
        var rest = name.string.utf8[...]
        quantifier =
            ConditionOperator.drop("ForAllValues:", from: &rest)
            ? .all : ConditionOperator.drop("ForAnyValue:", from: &rest) ? .any : .none
        isIfExists = rest.count > 8 && rest.suffix(8).elementsEqual("IfExists".utf8)
        if isIfExists { rest = rest.dropLast(8) }
        guard let (family, isNegated) = ConditionOperator.table[Text(String(Substring(rest)))] else {
            throw MalformedPolicy("an unknown condition operator")
        }
        self.family = family
        self.isNegated = isNegated
        if case .null = family, isIfExists || quantifier != .none {
            throw MalformedPolicy("Null is never combined with IfExists or a set operator")
        }
    }

    private static func drop(_ prefix: String, from text: inout Substring.UTF8View) -> Bool {
        guard text.starts(with: prefix.utf8) else { return false }
        text = text.dropFirst(prefix.utf8.count)
        return true
    }

    /// IAM guide, "condition operators".
    private static let table: [Text: (Family, Bool)] = [
        "StringEquals": (.string(isLike: false), false),
        "StringNotEquals": (.string(isLike: false), true),
        "StringEqualsIgnoreCase": (.stringIgnoringCase, false),
        "StringNotEqualsIgnoreCase": (.stringIgnoringCase, true),
        "StringLike": (.string(isLike: true), false),
        "StringNotLike": (.string(isLike: true), true),
        "NumericEquals": (.numeric(.equal), false),
        "NumericNotEquals": (.numeric(.equal), true),
        "NumericLessThan": (.numeric(.less), false),
        "NumericLessThanEquals": (.numeric(.lessOrEqual), false),
        "NumericGreaterThan": (.numeric(.greater), false),
        "NumericGreaterThanEquals": (.numeric(.greaterOrEqual), false),
        "DateEquals": (.date(.equal), false),
        "DateNotEquals": (.date(.equal), true),
        "DateLessThan": (.date(.less), false),
        "DateLessThanEquals": (.date(.lessOrEqual), false),
        "DateGreaterThan": (.date(.greater), false),
        "DateGreaterThanEquals": (.date(.greaterOrEqual), false),
        "Bool": (.bool, false),
        "BinaryEquals": (.binary, false),
        "IpAddress": (.address, false),
        "NotIpAddress": (.address, true),
        "ArnEquals": (.arn, false),
        "ArnLike": (.arn, false),
        "ArnNotEquals": (.arn, true),
        "ArnNotLike": (.arn, true),
        "Null": (.null, false),
    ]
}

extension ConditionOperator.Order {
    func holds<T: Comparable>(_ request: T, _ policy: T) -> Bool {
        switch self {
        case .equal: request == policy
        case .less: request < policy
        case .lessOrEqual: request <= policy
        case .greater: request > policy
        case .greaterOrEqual: request >= policy
        }
    }
}
