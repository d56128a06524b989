internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum TagUser: AccessOperation {
        static let name: Text = "TagUser"
        static let hasOutput = false
        static let input: Structure = [.required("UserName", existingUserName), .required("Tags", tags)]

        static func subject(_ input: Fields, _ call: Call) throws -> AccessSubject {
            try AccessSubject(.user, input.text("UserName") ?? "", call)
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let tags = requestTags(call.input)
            return try await call.changeEntity { user, _ in
                user.tags = try merged(user.tags, tags)
                return [:]
            }
        }
    }
}
