internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Organization {
    enum UpdatePolicy: OrganizationOperation {
        static let name: Text = "UpdatePolicy"
        static let input: Structure = [
            .required("PolicyId", policyID), .optional("Name", policyName), .optional("Description", policyDescription),
            .optional("Content", policyContent),
        ]
        static let recordedOutput: Structure? = [recordedPolicy]

        static func resources(_ input: Fields, _ organization: OrganizationState, _ call: Call) throws -> [Text] {
            [try policyARN(input, organization, call)]
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let input = call.input
            return try await call.change { organization, transaction in
                var policy = try transaction.organizationPolicy(input.text("PolicyId") ?? "", organization)
                guard !policy.isManaged else { throw Fault.immutablePolicy }
                if let name = input.text("Name"), name != policy.name {
                    try requireFree(name, policy.type, organization, transaction)
                    policy.set("name", .string(name))
                }
                if let text = input.text("Description") { policy.set("description", .string(text)) }
                if let content = input.text("Content") {
                    try check(content, policy.type)
                    policy.set("content", .string(content))
                }
                try transaction.update(policy.item)
                return shown(policy: policy)
            }
        }
    }
}
