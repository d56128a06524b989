internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum ListOpenIDConnectProviders: AccessListing {
        static let name: Text = "ListOpenIDConnectProviders"
        static let isReadOnly = true
        static let isBrief = false
        static let input: Structure = []

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let place = Entity.place(call.call.caller.account)
            let items = try await call.house.store.read {
                try $0.items(place, kind: OIDCProvider.kind, limit: 1000)
            }
            return [
                "OpenIDConnectProviderList": .list(
                    try items.map { .structure(["Arn": .string(try OIDCProvider($0).arn)]) })
            ]
        }
    }
}
