internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum ListPoliciesGrantingServiceAccess: ReportRequest {
        static let name: Text = "ListPoliciesGrantingServiceAccess"
        static let isReadOnly = true
        static let input: Structure = [
            .optional("Marker", marker), .required("Arn", arn),
            .required("ServiceNamespaces", .list(serviceNamespace, 1...200)),
        ]

        /// All of them at once: a request names as many services as a page would hold.
        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (arn, account) = (call.subject, call.call.caller.account)
            guard call.input.text("Marker") == nil else {
                throw Fault.frontEnd("ValidationException", "Invalid Marker.")
            }
            let policies = try await call.house.store.read { snapshot in
                let target = try ReportTarget.read(arn, account, snapshot)
                guard case .entity = target else { throw Fault("InvalidInput", "ARN \(arn) is not valid.") }
                return try target.policies(snapshot)
            }
            let entries = (call.input.texts("ServiceNamespaces") ?? []).map { service -> Document in
                let granting = policies.filter { $0.document.grants(service) }
                return .structure([
                    "ServiceNamespace": .string(service), "Policies": .list(granting.map { .structure($0.fields) }),
                ])
            }
            return ["PoliciesGrantingServiceAccess": .list(entries), "IsTruncated": .bool(false)]
        }
    }
}

extension GrantingPolicy {
    /// `PolicyGrantingServiceAccess`
    var fields: Fields {
        var fields: Fields = ["PolicyName": .string(name), "PolicyType": arn == nil ? "INLINE" : "MANAGED"]
        fields.add("PolicyArn", arn)
        if let owner {
            fields.add("EntityType", owner.kind.policyOwnerType)
            fields.add("EntityName", owner.name)
        }
        return fields
    }
}
