internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum TagOpenIDConnectProvider: ProviderOperation {
        static let name: Text = "TagOpenIDConnectProvider"
        static let hasOutput = false
        static let input: Structure = [.required("OpenIDConnectProviderArn", arn), .required("Tags", tags)]

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let new = requestTags(call.input)
            return try await call.changeProvider { $0.tags = try merged($0.tags, new) }
        }
    }
}
