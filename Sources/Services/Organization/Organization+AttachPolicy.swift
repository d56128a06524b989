internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Organization {
    enum AttachPolicy: OrganizationOperation {
        static let name: Text = "AttachPolicy"
        static let hasOutput = false
        static let input: Structure = [.required("PolicyId", policyID), .required("TargetId", targetID)]

        /// Of one type, on one target.
        private static let most = 5

        static func resources(_ input: Fields, _ organization: OrganizationState, _ call: Call) throws -> [Text] {
            [try policyARN(input, organization, call), organization.arn(of: input.text("TargetId") ?? "")]
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let input = call.input
            return try await call.change { organization, transaction in
                let policy = try transaction.organizationPolicy(input.text("PolicyId") ?? "", organization)
                var target = try transaction.target(input.text("TargetId") ?? "", organization)
                guard try transaction.root(organization.root, organization).enabled.contains(policy.type) else {
                    throw notEnabled
                }
                guard !target.controls.contains(policy.id) else {
                    throw Fault(
                        "DuplicatePolicyAttachmentException",
                        "The selected policy is already attached to the specified target.")
                }
                let attached = try count(policy.type, on: target, organization, transaction)
                guard attached < most else {
                    throw Fault.constraint(
                        "MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED",
                        "You have attached the maximum number of policies of this type that an entity can have.")
                }
                target.controls = target.controls + [policy.id]
                try transaction.update(target.item)
                return [:]
            }
        }
    }
}

extension Organization {
    static func count(
        _ type: Text, on target: OrganizationRow, _ organization: OrganizationState,
        _ transaction: borrowing Transaction
    ) throws -> Int {
        var count = 0
        for id in target.controls where try transaction.organizationPolicy(id, organization).type == type { count += 1 }
        return count
    }
}
