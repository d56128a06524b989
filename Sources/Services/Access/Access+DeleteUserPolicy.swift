internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum DeleteUserPolicy: AccessOperation {
        static let name: Text = "DeleteUserPolicy"
        static let hasOutput = false
        static let input = Structure([.required("UserName", existingUserName)] + InlinePolicies.naming)

        static func subject(_ input: Fields, _ call: Call) throws -> AccessSubject {
            try AccessSubject(.user, input.text("UserName") ?? "", call)
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let input = call.input
            return try await call.changeEntity { user, _ in
                try InlinePolicies.remove(input, from: &user)
                return [:]
            }
        }
    }
}
