internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Organization {
    enum DescribePolicy: OrganizationReading {
        static let name: Text = "DescribePolicy"
        static let input: Structure = [.required("PolicyId", policyID)]

        static func resources(_ input: Fields, _ organization: OrganizationState, _ call: Call) throws -> [Text] {
            [try policyARN(input, organization, call)]
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let id = call.input.text("PolicyId") ?? ""
            return try await call.look { organization, snapshot in
                shown(policy: try snapshot.organizationPolicy(id, organization))
            }
        }
    }
}
