internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum ListUsers: AccessListing {
        static let name: Text = "ListUsers"
        static let isReadOnly = true
        static let isBrief = false
        static let input = Structure([.optional("PathPrefix", pathPrefix)] + paging)

        static func resource(_ input: Fields, _ call: Call) -> Text {
            "arn:aws:iam::\(call.caller.account):user\(input.text("PathPrefix") ?? "/")"
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let page = try AccessPage(call.input)
            let users = try await page.entities(
                .user, call.call.caller.account, below: call.input.text("PathPrefix") ?? "/", call.house)
            return page.fields("Users", users, id: { $0.key.id }) { .structure(shown(user: $0, isWhole: false)) }
        }
    }
}
