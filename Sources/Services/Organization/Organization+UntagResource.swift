internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Organization {
    enum UntagResource: OrganizationOperation {
        static let name: Text = "UntagResource"
        static let hasOutput = false
        static let input: Structure = [.required("ResourceId", resourceID), .required("TagKeys", .list(tagKey))]

        static func resources(_ input: Fields, _ organization: OrganizationState, _ call: Call) throws -> [Text] {
            [try taggedARN(input, organization, call)]
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let input = call.input
            let keys = Set(input.texts("TagKeys") ?? [])
            return try await call.change { organization, transaction in
                var row = try tagged(input, organization, transaction)
                guard !row.isManaged else { throw Fault.immutablePolicy }
                row.tags = row.tags.filter { !keys.contains($0.key) }
                try transaction.update(row.item)
                return [:]
            }
        }
    }
}
