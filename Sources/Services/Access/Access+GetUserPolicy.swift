internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum GetUserPolicy: AccessOperation {
        static let name: Text = "GetUserPolicy"
        static let isReadOnly = true
        static let input = Structure([.required("UserName", existingUserName)] + InlinePolicies.naming)

        static func subject(_ input: Fields, _ call: Call) throws -> AccessSubject {
            try AccessSubject(.user, input.text("UserName") ?? "", call)
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            try InlinePolicies.get(call.input, of: try await call.readEntity(), naming: "UserName")
        }
    }
}
