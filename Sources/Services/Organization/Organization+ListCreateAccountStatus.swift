internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Organization {
    enum ListCreateAccountStatus: OrganizationReading {
        static let name: Text = "ListCreateAccountStatus"
        static let input = Structure(
            [.optional("States", .list(.oneOf("IN_PROGRESS", "SUCCEEDED", "FAILED")))] + paging)

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let page = try OrganizationPage(call)
            let states = call.input.texts("States") ?? []
            return try await call.look { organization, snapshot in
                let rows = try snapshot.organizationRows(
                    OrganizationRows.requests, organization, link: organization.id, after: page.after,
                    limit: page.limit + 1
                ) { states.isEmpty || states.contains($0.body.text("state") ?? "") }
                return page.fields("CreateAccountStatuses", rows, id: { $0.id }) { shown(request: $0) }
            }
        }
    }
}
