internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum DeleteOpenIDConnectProvider: ProviderOperation {
        static let name: Text = "DeleteOpenIDConnectProvider"
        static let hasOutput = false
        static let input: Structure = [.required("OpenIDConnectProviderArn", arn)]

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let subject = call.subject
            return try await call.commit { transaction in
                guard try transaction.delete(subject.key) else { throw subject.missing }
                return [:]
            }
        }
    }
}
