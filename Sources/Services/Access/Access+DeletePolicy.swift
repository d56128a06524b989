internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum DeletePolicy: PolicyOperation {
        static let name: Text = "DeletePolicy"
        static let hasOutput = false
        static let input: Structure = [.required("PolicyArn", arn)]

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let subject = call.subject
            try call.requireOwn()
            return try await call.commit { transaction in
                let policy = try subject.entity(transaction)
                // Before the bonds are counted: whoever attaches it holds its row.
                try transaction.update(policy.item)
                let use = try PolicyUse(policy.arn, subject.account, transaction)
                guard use.attached + use.bounding == 0 else {
                    throw Fault("DeleteConflict", "Cannot delete a policy attached to entities.", status: 409)
                }
                guard PolicyVersions(policy).all.count == 1 else {
                    throw Fault(
                        "DeleteConflict",
                        "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
                        status: 409)
                }
                try transaction.delete(policy.key)
                return [:]
            }
        }
    }
}
