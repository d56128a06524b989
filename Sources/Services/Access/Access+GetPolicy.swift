internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum GetPolicy: PolicyOperation {
        static let name: Text = "GetPolicy"
        static let isReadOnly = true
        static let input: Structure = [.required("PolicyArn", arn)]

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let subject = call.subject
            return try await call.house.store.read { snapshot in
                let policy = try subject.policy(snapshot)
                let use = try PolicyUse(policy.arn, subject.account, snapshot)
                return ["Policy": .structure(shown(policy: policy, use))]
            }
        }
    }
}
