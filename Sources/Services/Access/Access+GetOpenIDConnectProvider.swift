internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum GetOpenIDConnectProvider: ProviderOperation {
        static let name: Text = "GetOpenIDConnectProvider"
        static let isReadOnly = true
        static let input: Structure = [.required("OpenIDConnectProviderArn", arn)]

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let provider = try await call.readProvider()
            return [
                "Url": .string(provider.url), "ClientIDList": .list(provider.clientIDs.map { .string($0) }),
                "ThumbprintList": .list(provider.thumbprints.map { .string($0) }),
                "CreateDate": .timestamp(provider.created), "Tags": shown(provider.tags),
            ]
        }
    }
}
