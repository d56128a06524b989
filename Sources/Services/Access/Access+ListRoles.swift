internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum ListRoles: AccessListing {
        static let name: Text = "ListRoles"
        static let isReadOnly = true
        static let isBrief = false
        static let input = Structure([.optional("PathPrefix", pathPrefix)] + paging)

        static func resource(_ input: Fields, _ call: Call) -> Text {
            "arn:aws:iam::\(call.caller.account):role\(input.text("PathPrefix") ?? "/")"
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let page = try AccessPage(call.input)
            let roles = try await page.entities(
                .role, call.call.caller.account, below: call.input.text("PathPrefix") ?? "/", call.house)
            let trusts = try await call.house.store.read { snapshot in
                var trusts: [ItemKey: Text] = [:]
                for role in roles { trusts[role.key] = try role.trust?.shown(in: snapshot) }
                return trusts
            }
            return page.fields("Roles", roles, id: { $0.key.id }) { role in
                .structure(shown(role: role, trust: trusts[role.key], isWhole: false))
            }
        }
    }
}
