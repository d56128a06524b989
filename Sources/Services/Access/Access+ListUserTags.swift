internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum ListUserTags: AccessOperation {
        static let name: Text = "ListUserTags"
        static let isReadOnly = true
        static let input = Structure([.required("UserName", existingUserName)] + paging)

        static func subject(_ input: Fields, _ call: Call) throws -> AccessSubject {
            try AccessSubject(.user, input.text("UserName") ?? "", call)
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            try TagPages.list(call.input, try await call.readEntity().tags)
        }
    }
}
