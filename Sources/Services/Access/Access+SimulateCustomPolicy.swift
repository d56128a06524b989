internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum SimulateCustomPolicy: AccessListing {
        static let name: Text = "SimulateCustomPolicy"
        static let isReadOnly = true
        static let isBrief = false
        static let input = Structure(
            [
                .required("PolicyInputList", documents), .optional("PermissionsBoundaryPolicyInputList", documents),
                .optional(
                    "OrderedOrganizationPolicyInputList",
                    .list(.structure([.optional("ServiceControlPolicyInputList", documents)]), 0...7)),
            ] + simulated)

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let input = call.input
            let levels = try (input.list("OrderedOrganizationPolicyInputList") ?? []).enumerated().map {
                level, document in
                guard case .structure(let fields) = document else { return [NamedPolicy]() }
                return try (fields.texts("ServiceControlPolicyInputList") ?? []).enumerated().map { index, text in
                    let name: Text =
                        "OrderedOrganizationPolicyInputList.\(level + 1).ServiceControlPolicyInputList.\(index + 1)"
                    return try Simulation.Source(name, "", text, .scp).policy
                }
            }
            let simulation = try Simulation(
                input, identity: try given(input), boundary: nil, controls: levels, principal: nil, tags: [], call.call)
            return try simulation.results(input)
        }
    }
}
