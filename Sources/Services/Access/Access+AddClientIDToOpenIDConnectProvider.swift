internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum AddClientIDToOpenIDConnectProvider: ProviderOperation {
        static let name: Text = "AddClientIDToOpenIDConnectProvider"
        static let hasOutput = false
        static let input: Structure = [.required("OpenIDConnectProviderArn", arn), .required("ClientID", clientID)]

        /// Adding one that is there already changes nothing.
        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let id = call.input.text("ClientID") ?? ""
            return try await call.changeProvider { provider in
                guard !provider.clientIDs.contains(id) else { return }
                guard provider.clientIDs.count < clientIDLimit else {
                    throw Fault(
                        "LimitExceeded", "Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: \(clientIDLimit)",
                        status: 409)
                }
                provider.clientIDs.append(id)
            }
        }
    }
}
