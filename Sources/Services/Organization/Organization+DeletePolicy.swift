internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Organization {
    enum DeletePolicy: OrganizationOperation {
        static let name: Text = "DeletePolicy"
        static let hasOutput = false
        static let input: Structure = [.required("PolicyId", policyID)]

        static func resources(_ input: Fields, _ organization: OrganizationState, _ call: Call) throws -> [Text] {
            [try policyARN(input, organization, call)]
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let id = call.input.text("PolicyId") ?? ""
            return try await call.change { organization, transaction in
                let policy = try transaction.organizationPolicy(id, organization)
                guard !policy.isManaged else { throw Fault.immutablePolicy }
                for kind in [OrganizationRows.units, OrganizationRows.accounts] {
                    let targets = try transaction.organizationRows(
                        kind, organization, limit: 1, where: { $0.controls.contains(policy.id) })
                    guard targets.isEmpty else {
                        throw Fault(
                            "PolicyInUseException",
                            "The policy is attached to one or more entities. You must detach it from all roots, OUs, and accounts before performing this operation."
                        )
                    }
                }
                try transaction.delete(policy.key)
                return [:]
            }
        }
    }
}
