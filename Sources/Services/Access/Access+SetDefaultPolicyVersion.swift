internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum SetDefaultPolicyVersion: PolicyOperation {
        static let name: Text = "SetDefaultPolicyVersion"
        static let hasOutput = false
        static let input: Structure = [.required("PolicyArn", arn), .required("VersionId", versionID)]

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (id, now) = (call.input.text("VersionId") ?? "", call.now)
            return try await call.changePolicy { policy, _ in
                var versions = PolicyVersions(policy)
                guard versions[id] != nil else { throw missing(version: id, of: policy.arn) }
                versions.defaultID = id
                versions.store(in: &policy)
                policy.set("updated", .integer(now.milliseconds))
                return [:]
            }
        }
    }
}
