internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum DetachGroupPolicy: AccessOperation {
        static let name: Text = "DetachGroupPolicy"
        static let hasOutput = false
        static let input: Structure = [.required("GroupName", groupName), .required("PolicyArn", arn)]

        static func subject(_ input: Fields, _ call: Call) throws -> AccessSubject {
            try AccessSubject(.group, input.text("GroupName") ?? "", call)
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields { try await call.detachPolicy() }
    }
}
