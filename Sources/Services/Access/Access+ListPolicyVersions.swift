internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum ListPolicyVersions: PolicyOperation {
        static let name: Text = "ListPolicyVersions"
        static let isReadOnly = true
        static let input = Structure([.required("PolicyArn", arn)] + paging)

        /// The newest first, as AWS does.
        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (page, versions) = (try AccessPage(call.input), try await call.readPolicy().versions)
            var rest = Array(versions.all.reversed())
            if let after = page.after, let index = rest.firstIndex(where: { $0.id == after }) {
                rest.removeFirst(index + 1)
            }
            return page.fields("Versions", rest, id: { $0.id }) { shown(version: $0, of: versions, isWhole: false) }
        }
    }
}
