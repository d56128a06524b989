internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum RemoveClientIDFromOpenIDConnectProvider: ProviderOperation {
        static let name: Text = "RemoveClientIDFromOpenIDConnectProvider"
        static let hasOutput = false
        static let input: Structure = [.required("OpenIDConnectProviderArn", arn), .required("ClientID", clientID)]

        /// Removing one that is not there changes nothing.
        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let id = call.input.text("ClientID") ?? ""
            return try await call.changeProvider { $0.clientIDs.removeAll { $0 == id } }
        }
    }
}
