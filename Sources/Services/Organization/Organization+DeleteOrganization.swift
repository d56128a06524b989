internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Organization {
    enum DeleteOrganization: OrganizationOperation {
        static let name: Text = "DeleteOrganization"
        static let hasOutput = false
        static let input: Structure = []

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            try await call.change { organization, transaction in
                let accounts = try transaction.organizationRows(OrganizationRows.accounts, organization, limit: 2)
                let units = try transaction.organizationRows(OrganizationRows.units, organization, limit: 2)
                let policies = try transaction.organizationRows(
                    OrganizationRows.policies, organization, link: organization.id, limit: 1)
                guard accounts.count == 1, var master = accounts.first, units.count == 1, policies.isEmpty else {
                    throw Fault(
                        "OrganizationNotEmptyException",
                        "To delete an organization you must first remove all member accounts (except the management account), organizational units and policies."
                    )
                }
                leave(&master)
                try transaction.update(master.item)
                try transaction.delete(OrganizationRows.unit(organization.root))
                for request in try transaction.organizationRows(
                    OrganizationRows.requests, organization, link: organization.id)
                {
                    try transaction.delete(request.key)
                }
                try transaction.delete(OrganizationRows.organization(organization.id))
                return [:]
            }
        }
    }
}

extension Organization {
    static func leave(_ account: inout OrganizationRow) {
        for name in ["organization", "controls", "management", "joined", "joinedMethod", "tags"] as [Text] {
            account.set(name, nil)
        }
        account.parent = nil
    }
}
