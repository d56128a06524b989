internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum UntagUser: AccessOperation {
        static let name: Text = "UntagUser"
        static let hasOutput = false
        static let input: Structure = [.required("UserName", existingUserName), .required("TagKeys", tagKeys)]

        static func subject(_ input: Fields, _ call: Call) throws -> AccessSubject {
            try AccessSubject(.user, input.text("UserName") ?? "", call)
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let keys = call.input.texts("TagKeys") ?? []
            return try await call.changeEntity { user, _ in
                user.tags = TagPages.without(keys, user.tags)
                return [:]
            }
        }
    }
}
