package import Bytes

/// Which statement of which policy.
package struct StatementReference: Sendable, Hashable {
    package let layer: PolicyLayer
    package let policy: Text
    /// From zero, in the document's order.
    package let index: Int
    package let sid: Text?
    /// Of the document that the statement is in.
    package let text: PolicyText
}

/// What the engine answers, with the one reason that settled it.
package struct Decision: Sendable, Equatable {
    package enum Reason: Sendable, Equatable {
        case allowed(by: StatementReference)
        /// Allowed as the account's root user.
        case root
        case explicitDeny(PolicyLayer, StatementReference)
        /// Nothing in this layer allowed it.
        case implicitDeny(PolicyLayer)
    }

    /// The layers that had at least one policy.
    package struct Consulted: OptionSet, Sendable, Hashable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }
        package init(_ layer: PolicyLayer) { rawValue = 1 << layer.rawValue }
        package func contains(_ layer: PolicyLayer) -> Bool { contains(Consulted(layer)) }
    }

    package let reason: Reason
    package let consulted: Consulted
    /// Whether a statement on the action has conditions or variables: the answer may differ for another request of the same
    /// principal with the same parameters for the same resource.
    package let isContextual: Bool
    /// Whether a statement on the action has conditions or variables of any kind: the answer may differ for other parameters, or
    /// when the resource has other tags.
    package let isConditional: Bool

    package var isAllowed: Bool {
        switch reason {
        case .allowed, .root: true
        case .explicitDeny, .implicitDeny: false
        }
    }

    /// The text of the refusal, as AWS words it since 2021 (IAM guide, "troubleshoot access denied").
    ///
    /// - Parameter resourceShown: the resource as the caller named it; `nil` for actions that have none.
    package func deniedMessage(principalARN: Text, action: Text, resourceShown: Text?) -> Text {
        var out = "User: \(principalARN.string) is not authorized to perform: \(action.string)"
        if let resourceShown { out += " on resource: \(resourceShown.string)" }
        switch reason {
        case .explicitDeny(let layer, _): out += " with an explicit deny in \(layer.withArticle)"
        case .implicitDeny(let layer): out += " because no \(layer.noun) allows the \(action.string) action"
        case .allowed, .root: break
        }
        return Text(out)
    }
}

extension PolicyLayer {
    fileprivate var noun: String {
        switch self {
        case .serviceControl: "service control policy"
        case .resourceControl: "resource control policy"
        case .resource: "resource-based policy"
        case .trust: "role trust policy"
        case .identity: "identity-based policy"
        case .boundary: "permissions boundary"
        case .session: "session policy"
        }
    }

    fileprivate var withArticle: String {
        switch self {
        case .trust: "the \(noun)"
        case .identity: "an \(noun)"
        case .serviceControl, .resourceControl, .resource, .boundary, .session: "a \(noun)"
        }
    }
}
