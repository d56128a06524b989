internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum UntagOpenIDConnectProvider: ProviderOperation {
        static let name: Text = "UntagOpenIDConnectProvider"
        static let hasOutput = false
        static let input: Structure = [.required("OpenIDConnectProviderArn", arn), .required("TagKeys", tagKeys)]

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let keys = call.input.texts("TagKeys") ?? []
            return try await call.changeProvider { $0.tags = tags($0.tags, without: keys) }
        }
    }
}
