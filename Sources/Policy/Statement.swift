package import Bytes

/// One statement, compiled.
package struct Statement: Sendable {
    package enum Effect: Sendable, Equatable {
        case allow
        case deny
    }

    package let sid: Text?
    package let effect: Effect
    /// `nil` in kinds of documents that name no principals.
    package private(set) var principals: PrincipalClause?
    /// As written; see `isNotAction`.
    package let actions: [Text]
    package let isNotAction: Bool
    /// As written; empty if the document stands for the resource that it is attached to. See `isNotResource`.
    package let resources: [Text]
    package let isNotResource: Bool
    package let conditions: [Condition]

    let matcher: StatementMatcher

    func held(to ids: [Text: Text]) -> Statement {
        guard let clause = principals else { return self }
        var held = self
        held.principals = PrincipalClause(
            elements: clause.elements.map { $0.held(to: ids) }, isNegated: clause.isNegated)
        return held
    }
}

/// What rules most statements out without touching them.
struct StatementOutline: Sendable {
    let isDeny: Bool
    private let serviceBits: UInt64
    private let actionBits: UInt64
    private let head: ResourceHead

    init(_ statement: Statement) {
        isDeny = statement.effect == .deny
        let patterns = statement.matcher.actions
        serviceBits = statement.isNotAction ? .max : patterns.reduce(0) { $0 | $1.serviceBits }
        actionBits = statement.isNotAction ? .max : patterns.reduce(0) { $0 | $1.actionBits }
        head = statement.isNotResource ? .any : ResourceHead(shared: statement.matcher.resources.map(\.beginning))
    }

    func mayCover(_ evaluation: Evaluation) -> Bool {
        serviceBits & evaluation.action.serviceBit != 0 && actionBits & evaluation.action.actionBit != 0
            && head.mayBegin(evaluation.heads)
    }
}

/// One member of `Resource` or `NotResource`.
struct ResourcePattern: Sendable {
    /// `nil` for `*`.
    private let arn: ARNPattern?

    init(_ text: Text, variables: Bool) throws(MalformedPolicy) {
        if text == "*" {
            arn = nil
            return
        }
        let parts = try ARNPattern.split(text.bytes, variables: variables)
        guard parts.count == 6, parts[0].elementsEqual("arn".utf8), !parts[1].isEmpty, !parts[5].isEmpty else {
            throw MalformedPolicy("a resource is \"*\" or an ARN of six parts")
        }
        guard !parts[2].isEmpty, !parts[2].contains(where: { [0x2A, 0x3F, 0x24].contains($0) }) else {
            throw MalformedPolicy("the service of a resource has to be written out")
        }
        arn = try ARNPattern(text, variables: variables, allowsWhole: false)
    }

    func matches(_ evaluation: Evaluation) -> Bool {
        guard arn != nil else { return true }
        guard let sections = evaluation.sections else { return false }
        return arn?.matches(evaluation.resource.span, sections, evaluation) ?? false
    }

    var hasVariables: Bool { arn?.hasVariables ?? false }

    /// What the last part of every ARN that it matches begins with.
    var beginning: [UInt8] { arn?.beginning ?? [] }

    func isResolvable(_ evaluation: Evaluation) -> Bool {
        arn?.isResolvable(evaluation) ?? true
    }
}

/// What is asked of a statement for each request.
final class StatementMatcher: Sendable {
    let actions: [ActionPattern]
    let isNotAction: Bool
    let resources: [ResourcePattern]
    let isNotResource: Bool
    let conditions: [Condition]
    /// Whether the circumstances of a request decide, and not only who does what to which resource.
    let isContextual: Bool
    /// Whether anything else decides than who does what to which resource: also parameters, or what the resource is like.
    let isConditional: Bool

    init(
        actions: [ActionPattern], isNotAction: Bool, resources: [ResourcePattern], isNotResource: Bool,
        conditions: [Condition]
    ) {
        self.actions = actions
        self.isNotAction = isNotAction
        self.resources = resources
        self.isNotResource = isNotResource
        self.conditions = conditions
        let hasVariables = resources.contains { $0.hasVariables }
        isContextual = hasVariables || conditions.contains { $0.isContextual }
        isConditional = hasVariables || !conditions.isEmpty
    }

    /// Whether all but the principal matches.
    func applies(_ evaluation: Evaluation) -> Bool {
        guard coversAction(evaluation), coversResource(evaluation) else { return false }
        for index in conditions.indices where !conditions[index].holds(evaluation) { return false }
        return true
    }

    func coversAction(_ evaluation: Evaluation) -> Bool {
        for index in actions.indices where actions[index].matches(evaluation.action) { return !isNotAction }
        return isNotAction
    }

    func coversResource(_ evaluation: Evaluation) -> Bool {
        guard !resources.isEmpty else { return true }
        // "All but these" can't be said with an unknown among them: the statement does not match.
        if isNotResource, !resources.allSatisfy({ $0.isResolvable(evaluation) }) { return false }
        for index in resources.indices where resources[index].matches(evaluation) { return !isNotResource }
        return isNotResource
    }
}
