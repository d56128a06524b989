internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum SimulatePrincipalPolicy: PrincipalOperation {
        static let name: Text = "SimulatePrincipalPolicy"
        static let isReadOnly = true
        static let isBrief = false
        static let input = Structure(
            [
                .required("PolicySourceArn", arn), .optional("PolicyInputList", documents),
                .optional("PermissionsBoundaryPolicyInputList", documents),
                .optional("PolicyExclusionList", exclusions),
            ] + simulated)

        private static let exclusions = Shape.list(
            .structure([
                .optional(
                    "PolicyType", .oneOf("inline", "aws-managed", "user-managed", "permission-boundary", "scp", "rcp")),
                .optional("PolicyArn", arn),
                .optional(
                    "InlinePolicyIdentifier",
                    .structure([
                        .required("PolicyName", policyName),
                        .required("AttachmentType", .oneOf("user", "group", "role")),
                        .required("AttachmentName", policyName),
                    ])),
            ]), 0...256)

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (input, subject) = (call.input, call.subject)
            let excluded = SimulatedPrincipal.Exclusions(input)
            let own = try await subject.sources(call.house.store, without: excluded)
            let simulation = try Simulation(
                input, identity: own.policies + (try given(input)), boundary: own.boundary,
                controls: excluded.types.contains("scp") ? [] : subject.controls, principal: subject.principal,
                tags: subject.subject.state?.tags ?? [], call.call)
            return try simulation.results(input)
        }
    }
}
