internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Organization {
    enum DetachPolicy: OrganizationOperation {
        static let name: Text = "DetachPolicy"
        static let hasOutput = false
        static let input: Structure = [.required("PolicyId", policyID), .required("TargetId", targetID)]

        static func resources(_ input: Fields, _ organization: OrganizationState, _ call: Call) throws -> [Text] {
            [try policyARN(input, organization, call), organization.arn(of: input.text("TargetId") ?? "")]
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let input = call.input
            return try await call.change { organization, transaction in
                let policy = try transaction.organizationPolicy(input.text("PolicyId") ?? "", organization)
                var target = try transaction.target(input.text("TargetId") ?? "", organization)
                guard target.controls.contains(policy.id) else {
                    throw Fault(
                        "PolicyNotAttachedException",
                        "The policy isn't attached to the specified target in the specified root.")
                }
                guard policy.id != ManagedControls.resource else {
                    throw Fault.invalidInput("NON_DETACHABLE_POLICY", "You can't detach this policy: \(policy.name).")
                }
                // Without one, nothing would be allowed.
                let attached = try count(policy.type, on: target, organization, transaction)
                guard attached > 1 else {
                    throw Fault.constraint(
                        "MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED",
                        "You can't detach the last service control policy of an entity: one must stay attached.")
                }
                target.controls = target.controls.filter { $0 != policy.id }
                try transaction.update(target.item)
                return [:]
            }
        }
    }
}
