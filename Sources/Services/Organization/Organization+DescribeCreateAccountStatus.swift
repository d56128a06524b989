internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Organization {
    enum DescribeCreateAccountStatus: OrganizationReading {
        static let name: Text = "DescribeCreateAccountStatus"
        static let input: Structure = [.required("CreateAccountRequestId", requestID)]

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let id = call.input.text("CreateAccountRequestId") ?? ""
            return try await call.look { organization, snapshot in
                guard OrganizationID.isRequest(id) else { throw Fault.badPattern }
                guard let row = try snapshot.item(OrganizationRows.request(id)).map({ try OrganizationRow($0) }),
                    row.organization == organization.id
                else {
                    throw Fault(
                        "CreateAccountStatusNotFoundException",
                        "You specified a create account request that doesn't exist.")
                }
                return ["CreateAccountStatus": shown(request: row)]
            }
        }
    }
}
