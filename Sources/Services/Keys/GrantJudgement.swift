internal import Bytes
internal import Policy
internal import Store
internal import Wire

/// What a call would have to be granted on a key.
package struct GrantClaim: Sendable {
    let place: Place
    let keyID: Text
    let action: Text
    let context: EncryptionContext
    /// What CreateGrant is about to grant.
    var child: GrantTerms?

    init(_ action: Text, on key: KeyState, _ context: EncryptionContext?) {
        place = key.place
        keyID = key.id
        self.action = action
        self.context = context ?? EncryptionContext([])
    }

    /// As grants name it.
    var operation: Text { action.dropping("kms:") ?? action }
}

extension GrantTerms {
    private static let withContext: Set<Text> = [
        "Encrypt", "Decrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "GenerateDataKeyPair",
        "GenerateDataKeyPairWithoutPlaintext", "ReEncryptFrom", "ReEncryptTo",
    ]

    /// Operations without an encryption context are not held to one.
    func cover(_ claim: GrantClaim) -> Bool {
        let operation = claim.operation
        guard operations.contains(operation) else { return false }
        // Calls here are made on behalf of their caller, never on behalf of a resource.
        guard constraints.sourceARN == nil else { return false }
        if operation == "CreateGrant" { return claim.child.map { permitsChild($0) } ?? false }
        return !Self.withContext.contains(operation) || constraints.hold(for: claim.context)
    }
}

extension Principal {
    /// The names under which a grant may mean this caller.
    var grantees: [Text] {
        let root: Text = "arn:aws:iam::\(account):root"
        return switch kind {
        case .assumedRole(let role): [arn, role, root]
        case .federatedUser: [arn] + (federatedBy.map { [$0] } ?? []) + [root]
        case .user: [arn, root]
        case .root: [root]
        case .service, .anonymous: [arn]
        }
    }
}

/// After the policies have not allowed it, and none has denied it: whether a grant allows it.
///
/// A grant stands where the key's own policy would. It does what a statement of the key's policy does that names the grantee,
/// so it opens nothing that a boundary, a session policy or, for callers of another account, their own account keeps shut.
func judgeByGrant(_ question: Question, _ decision: Decision, _ call: Call) throws -> Decision? {
    guard let claim = question.claim, case .implicitDeny = decision.reason else { return nil }
    for grantee in call.caller.principal.grantees {
        for grant in try call.view.grants(to: grantee, on: claim.keyID, in: claim.place)
        where grant.terms.cover(claim) {
            var granted = question
            granted.resourcePolicy = grant.policy
            let decision = try judge(granted, call)
            if decision.isAllowed { return decision }
        }
    }
    return nil
}
