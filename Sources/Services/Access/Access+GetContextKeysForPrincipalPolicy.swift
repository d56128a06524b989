internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum GetContextKeysForPrincipalPolicy: PrincipalOperation {
        static let name: Text = "GetContextKeysForPrincipalPolicy"
        static let isReadOnly = true
        static let input: Structure = [.required("PolicySourceArn", arn), .optional("PolicyInputList", documents)]

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let own = try await call.subject.sources(call.house.store)
            return askedKeys(own.policies + [own.boundary].compactMap { $0 } + (try given(call.input)))
        }
    }
}
