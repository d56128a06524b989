internal import Bytes
internal import Wire

extension Toolbox {
    enum GetRequestAuthorizationPolicy: ToolboxOperation {
        static let name: Text = "GetRequestAuthorizationPolicy"
        static let route: Route? = Route(
            "GET", "/authorization-details/{authorizationId}/policy", query: ["policyUri": "policyUri"])
        static let input: Structure = [
            .required("authorizationId", authorizationID), .required("policyUri", .string(1...2048)),
        ]

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let details = try await call.details()
            let uri = call.input.text("policyUri") ?? ""
            guard let policy = details.policies.first(where: { $0.uri == uri }),
                let document = try await details.document(policy.digest)
            else { throw Fault.noEvaluatedPolicy }
            return ["policyDocument": document]
        }
    }
}
