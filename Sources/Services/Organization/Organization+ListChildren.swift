internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Organization {
    enum ListChildren: OrganizationReading {
        static let name: Text = "ListChildren"
        static let input = Structure(
            [.required("ParentId", parentID), .required("ChildType", childType)] + paging)

        static func resources(_ input: Fields, _ organization: OrganizationState, _ call: Call) throws -> [Text] {
            [organization.arn(unit: input.text("ParentId") ?? "")]
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (id, type) = (call.input.text("ParentId") ?? "", call.input.text("ChildType") ?? "")
            let page = try OrganizationPage(call, about: "\(type):\(id)")
            let kind = type == "ACCOUNT" ? OrganizationRows.accounts : OrganizationRows.units
            return try await call.look { organization, snapshot in
                let parent = try snapshot.parent(id, organization)
                let rows = try snapshot.organizationRows(
                    kind, organization, link: parent.id, after: page.after, limit: page.limit + 1)
                return page.fields("Children", rows, id: { $0.id }) {
                    .structure(["Id": .string($0.id), "Type": .string(type)])
                }
            }
        }
    }
}
