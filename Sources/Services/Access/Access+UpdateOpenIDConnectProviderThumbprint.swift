internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum UpdateOpenIDConnectProviderThumbprint: ProviderOperation {
        static let name: Text = "UpdateOpenIDConnectProviderThumbprint"
        static let hasOutput = false
        static let input: Structure = [
            .required("OpenIDConnectProviderArn", arn), .required("ThumbprintList", thumbprints),
        ]

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let list = try checked(thumbprints: call.input.texts("ThumbprintList") ?? [])
            return try await call.changeProvider { $0.thumbprints = list }
        }
    }
}
