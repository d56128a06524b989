internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Organization {
    enum DescribeOrganization: OrganizationReading {
        static let name: Text = "DescribeOrganization"
        static let input: Structure = []

        /// Members may ask, too.
        static func run(_ call: Authorized<Self>) async throws -> Fields {
            ["Organization": shown(try call.member())]
        }
    }
}
