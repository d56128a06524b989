internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum ListGroups: AccessListing {
        static let name: Text = "ListGroups"
        static let isReadOnly = true
        static let isBrief = false
        static let input = Structure([.optional("PathPrefix", pathPrefix)] + paging)

        static func resource(_ input: Fields, _ call: Call) -> Text {
            "arn:aws:iam::\(call.caller.account):group\(input.text("PathPrefix") ?? "/")"
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let page = try AccessPage(call.input)
            let groups = try await page.entities(
                .group, call.call.caller.account, below: call.input.text("PathPrefix") ?? "/", call.house)
            return page.fields("Groups", groups, id: { $0.key.id }) { .structure(shown(group: $0)) }
        }
    }
}
