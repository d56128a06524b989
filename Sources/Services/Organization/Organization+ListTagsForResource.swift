internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Organization {
    enum ListTagsForResource: OrganizationReading {
        static let name: Text = "ListTagsForResource"
        static let input: Structure = [
            .required("ResourceId", resourceID), .optional("NextToken", .string(0...100_000)),
        ]

        static func resources(_ input: Fields, _ organization: OrganizationState, _ call: Call) throws -> [Text] {
            [try taggedARN(input, organization, call)]
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let input = call.input
            return try await call.look { organization, snapshot in
                ["Tags": Access.shown(try tagged(input, organization, snapshot).tags)]
            }
        }
    }
}
