internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum TagPolicy: PolicyOperation {
        static let name: Text = "TagPolicy"
        static let hasOutput = false
        static let input: Structure = [.required("PolicyArn", arn), .required("Tags", tags)]

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let new = requestTags(call.input)
            return try await call.changePolicy { policy, _ in
                policy.tags = try merged(policy.tags, new)
                return [:]
            }
        }
    }
}
