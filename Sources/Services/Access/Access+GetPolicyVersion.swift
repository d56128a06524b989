internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum GetPolicyVersion: PolicyOperation {
        static let name: Text = "GetPolicyVersion"
        static let isReadOnly = true
        static let input: Structure = [.required("PolicyArn", arn), .required("VersionId", versionID)]

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (policy, id) = (try await call.readPolicy(), call.input.text("VersionId") ?? "")
            guard let version = policy.versions[id] else { throw missing(version: id, of: policy.arn) }
            return ["PolicyVersion": shown(version: version, of: policy.versions, isWhole: true)]
        }
    }

    static func missing(version id: Text, of arn: Text) -> Fault {
        Fault(
            "NoSuchEntity", "Policy \(arn) version \(id) does not exist or is not attachable.", status: 404)
    }
}
