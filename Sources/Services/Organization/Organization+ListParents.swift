internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Organization {
    enum ListParents: OrganizationReading {
        static let name: Text = "ListParents"
        static let input = Structure([.required("ChildId", childID)] + paging)

        static func resources(_ input: Fields, _ organization: OrganizationState, _ call: Call) throws -> [Text] {
            [organization.arn(of: input.text("ChildId") ?? "")]
        }

        /// There is one at most.
        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let id = call.input.text("ChildId") ?? ""
            let page = try OrganizationPage(call, about: id)
            return try await call.look { organization, snapshot in
                guard OrganizationID.isAccount(id) || OrganizationID.isUnit(id) else { throw Fault.badPattern }
                let child = try snapshot.target(id, organization, missing: .noChild)
                return page.fields("Parents", of: child.parent.map { [$0] } ?? [], id: { $0 }) {
                    .structure(["Id": .string($0), "Type": .string(kind(of: $0))])
                }
            }
        }
    }
}
