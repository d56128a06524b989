package import Bytes

/// One question to the engine: may this principal do this to that, in these circumstances?
package struct Ask: Sendable {
    /// `secretsmanager:GetSecretValue`; compared without regard to case.
    package var action: Text
    /// An ARN, or `*` for actions that have no resource.
    package var resource: Text
    package var principal: Principal
    /// Twelve digits: whose resource it is. `nil` leaves `aws:ResourceAccount` absent.
    package var owner: Text?
    package var keys: ContextKeys

    package init(
        action: Text, resource: Text, principal: Principal, owner: Text? = nil, keys: ContextKeys = ContextKeys()
    ) {
        self.owner = owner
        self.action = action
        self.resource = resource
        self.principal = principal
        self.keys = keys
    }
}

extension Ask {
    /// What the decision sees under the key `name`, in any case.
    package func value(of name: Text) -> ContextKeys.Value? { Evaluation(self).values(name.asciiLowercased) }
}

/// An ask with what every statement needs of it, computed once.
struct Evaluation: Sendable {
    let ask: Ask
    let action: FoldedAction
    let resource: [UInt8]
    let sections: ARNSections?
    /// Of the beginnings of the resource's last part; see ``ResourceHead``.
    let heads: [UInt64]

    init(_ ask: Ask) {
        self.ask = ask
        action = FoldedAction(ask.action)
        let resource = ask.resource.bytes
        self.resource = resource
        sections = ARNSections(resource.span)
        let last = sections?.range(5, count: resource.count) ?? 0..<0
        heads = ResourceHead.hashes(resource.span.extracting(last))
    }

    /// - Parameter folded: the key's name in lower case.
    func values(_ folded: Text) -> ContextKeys.Value? {
        if let value = ask.keys[folded] ?? ask.principal.derivedKey(folded) { return value }
        return folded == "aws:resourceaccount" ? ask.owner.map { .one($0) } : nil
    }

    /// The key's value if it has exactly one: only such keys can stand in a policy variable.
    func single(_ folded: Text) -> Text? {
        switch values(folded) {
        case .one(let value)?: value
        case .many(let values)?: values.count == 1 ? values[0] : nil
        case nil: nil
        }
    }
}
