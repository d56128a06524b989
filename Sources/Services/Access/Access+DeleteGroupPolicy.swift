internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum DeleteGroupPolicy: AccessOperation {
        static let name: Text = "DeleteGroupPolicy"
        static let hasOutput = false
        static let input = Structure([.required("GroupName", groupName)] + InlinePolicies.naming)

        static func subject(_ input: Fields, _ call: Call) throws -> AccessSubject {
            try AccessSubject(.group, input.text("GroupName") ?? "", call)
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let input = call.input
            return try await call.changeEntity { group, _ in
                try InlinePolicies.remove(input, from: &group)
                return [:]
            }
        }
    }
}
