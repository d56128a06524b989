internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum DeletePolicyVersion: PolicyOperation {
        static let name: Text = "DeletePolicyVersion"
        static let hasOutput = false
        static let input: Structure = [.required("PolicyArn", arn), .required("VersionId", versionID)]

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let id = call.input.text("VersionId") ?? ""
            return try await call.changePolicy { policy, _ in
                var versions = PolicyVersions(policy)
                guard versions[id] != nil else { throw missing(version: id, of: policy.arn) }
                guard versions.defaultID != id else {
                    throw Fault("DeleteConflict", "Cannot delete the default version of a policy.", status: 409)
                }
                versions.remove(id)
                versions.store(in: &policy)
                return [:]
            }
        }
    }
}
