internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum CreatePolicyVersion: PolicyOperation {
        static let name: Text = "CreatePolicyVersion"
        static let input: Structure = [
            .required("PolicyArn", arn), .required("PolicyDocument", document), .optional("SetAsDefault", .boolean),
        ]
        static let recordedOutput: Structure? = [.optional("PolicyVersion", .structure(versionShape))]

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            guard call.subject.state != nil else { throw call.subject.missing }
            try call.requireOwn()
            let (text, now) = (call.input.text("PolicyDocument") ?? "", call.now)
            let isDefault = call.input.bool("SetAsDefault") ?? false
            try checked(text, .identity, atMost: policyLimit)
            return try await call.changePolicy { policy, _ in
                var versions = PolicyVersions(policy)
                guard versions.all.count < PolicyVersions.most else {
                    throw Fault(
                        "LimitExceeded",
                        "A managed policy can have up to \(PolicyVersions.most) versions. Before you create a new version, you must delete an existing version.",
                        status: 409)
                }
                let version = versions.add(text, at: now)
                if isDefault { versions.defaultID = version.id }
                versions.store(in: &policy)
                policy.set("updated", .integer(now.milliseconds))
                return ["PolicyVersion": shown(version: version, of: versions, isWhole: false)]
            }
        }
    }
}
