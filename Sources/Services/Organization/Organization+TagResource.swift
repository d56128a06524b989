internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Organization {
    enum TagResource: OrganizationOperation {
        static let name: Text = "TagResource"
        static let hasOutput = false
        static let input: Structure = [.required("ResourceId", resourceID), .required("Tags", tags)]

        static func resources(_ input: Fields, _ organization: OrganizationState, _ call: Call) throws -> [Text] {
            [try taggedARN(input, organization, call)]
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let input = call.input
            return try await call.change { organization, transaction in
                var row = try tagged(input, organization, transaction)
                guard !row.isManaged else { throw Fault.immutablePolicy }
                row.tags = try merged(row.tags, Access.requestTags(input))
                try transaction.update(row.item)
                return [:]
            }
        }
    }
}

extension Organization {
    /// An account, a root, a unit or a policy.
    static func tagged(
        _ input: Fields, _ organization: OrganizationState, _ reader: borrowing some StoreReader & ~Copyable
    ) throws -> OrganizationRow {
        let id = input.text("ResourceId") ?? ""
        return OrganizationID.isPolicy(id)
            ? try reader.organizationPolicy(id, organization, missing: .noTarget)
            : try reader.target(id, organization)
    }

    static func taggedARN(_ input: Fields, _ organization: OrganizationState, _ call: Call) throws -> Text {
        let id = input.text("ResourceId") ?? ""
        return OrganizationID.isPolicy(id)
            ? try policyARN(["PolicyId": .string(id)], organization, call) : organization.arn(of: id)
    }
}
