internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum UntagPolicy: PolicyOperation {
        static let name: Text = "UntagPolicy"
        static let hasOutput = false
        static let input: Structure = [.required("PolicyArn", arn), .required("TagKeys", tagKeys)]

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let keys = call.input.texts("TagKeys") ?? []
            return try await call.changePolicy { policy, _ in
                policy.tags = tags(policy.tags, without: keys)
                return [:]
            }
        }
    }
}
