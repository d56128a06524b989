internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum CreateOpenIDConnectProvider: AccessCall {
        static let name: Text = "CreateOpenIDConnectProvider"
        static let input: Structure = [
            .required("Url", .string(1...255)), .optional("ClientIDList", clientIDs),
            .optional("ThumbprintList", thumbprints), .optional("Tags", tags),
        ]
        static let recordedOutput: Structure? = [.optional("OpenIDConnectProviderArn", .string())]
        private static let limit = 100

        static func find(_ input: Fields, _ call: Call) throws {}

        static func asks(_ input: Fields, _ subject: Void, _ call: Call) -> [Question] {
            let url = input.text("Url") ?? ""
            let arn: Text = "arn:aws:iam::\(call.caller.account):oidc-provider/\(url.dropping("https://") ?? url)"
            return [question("iam:CreateOpenIDConnectProvider", arn, conditionKeys([], input, call), call)]
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let input = call.input
            let clients = input.texts("ClientIDList") ?? []
            guard clients.count <= clientIDLimit else {
                throw Fault(
                    "LimitExceeded", "Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: \(clientIDLimit)",
                    status: 409)
            }
            let provider = OIDCProvider(
                url: try checked(providerURL: input.text("Url") ?? ""), account: call.call.caller.account, at: call.now,
                clientIDs: clients, thumbprints: try checked(thumbprints: input.texts("ThumbprintList") ?? []),
                tags: try merged([], requestTags(input)))
            return try await call.commit { transaction in
                guard try transaction.itemCount(provider.key.place, kind: OIDCProvider.kind) < limit else {
                    throw Fault(
                        "LimitExceeded", "Cannot exceed quota for OpenIdConnectProvidersPerAccount: \(limit)",
                        status: 409)
                }
                guard try transaction.insert(provider.item) else {
                    throw Fault(
                        "EntityAlreadyExists", "Provider with url https://\(provider.url) already exists.", status: 409)
                }
                var fields: Fields = ["OpenIDConnectProviderArn": .string(provider.arn)]
                if !provider.tags.isEmpty { fields.add("Tags", shown(provider.tags)) }
                return fields
            }
        }
    }
}
