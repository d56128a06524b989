internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum ListRolePolicies: AccessOperation {
        static let name: Text = "ListRolePolicies"
        static let isReadOnly = true
        static let input = Structure([.required("RoleName", roleName)] + paging)

        static func subject(_ input: Fields, _ call: Call) throws -> AccessSubject { try role(input, call) }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let page = try AccessPage(call.input)
            let names = try await call.readEntity().inline.map(\.name).sorted()
            return page.fields("PolicyNames", of: names, id: { $0 }) { .string($0) }
        }
    }
}
