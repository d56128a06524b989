package import Bytes

/// A document with the name that explanations and refusals give it: its ARN, or the name of an inline policy.
package struct NamedPolicy: Sendable {
    package var name: Text
    package var document: PolicyDocument

    package init(name: Text, document: PolicyDocument) {
        self.name = name
        self.document = document
    }
}

/// Every policy that has a say in one decision.
package struct Layers: Sendable {
    /// Of the caller: its own, its groups', its role's.
    package var identity: [NamedPolicy]
    package var boundary: NamedPolicy?
    /// `nil` if the session was made without policies; a federated user's session then has no permissions at all.
    package var session: [NamedPolicy]?
    /// Of the resource: its policy, the key's policy or the role's trust policy.
    package var resource: NamedPolicy?
    /// Of the caller's account, from the organization's root down; each level must allow. Empty where none apply.
    package var serviceControl: [[NamedPolicy]]
    /// Of the resource's account, likewise.
    package var resourceControl: [[NamedPolicy]]
    /// What each level is, as explanations name it; empty if nobody asks.
    package var serviceControlTargets: [Text] = []
    package var resourceControlTargets: [Text] = []
    /// Twelve digits: whose resource it is. Another account than the caller's makes it a cross-account decision.
    package var resourceAccount: Text
    /// A KMS key: its policy must allow, or delegate to the account; nothing else, root included, opens it.
    package var isKeyPolicy: Bool
    /// A role to be assumed: its trust policy must allow, or delegate to the account.
    package var isTrustPolicy: Bool

    package init(
        identity: [NamedPolicy] = [], boundary: NamedPolicy? = nil, session: [NamedPolicy]? = nil,
        resource: NamedPolicy? = nil, serviceControl: [[NamedPolicy]] = [], resourceControl: [[NamedPolicy]] = [],
        resourceAccount: Text, isKeyPolicy: Bool = false, isTrustPolicy: Bool = false
    ) {
        self.identity = identity
        self.boundary = boundary
        self.session = session
        self.resource = resource
        self.serviceControl = serviceControl
        self.resourceControl = resourceControl
        self.resourceAccount = resourceAccount
        self.isKeyPolicy = isKeyPolicy
        self.isTrustPolicy = isTrustPolicy
    }

    var resourceLayer: PolicyLayer { isTrustPolicy ? .trust : .resource }
}

package enum PolicyLayer: UInt8, Sendable, Hashable, CaseIterable {
    case serviceControl
    case resourceControl
    case resource
    case trust
    case identity
    case boundary
    case session
}
