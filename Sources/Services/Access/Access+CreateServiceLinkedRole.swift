internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum CreateServiceLinkedRole: AccessCall {
        static let name: Text = "CreateServiceLinkedRole"
        static let input: Structure = [
            .required("AWSServiceName", groupName), .optional("Description", roleDescription),
            .optional("CustomSuffix", roleName),
        ]
        static let recordedOutput: Structure? = [.optional("Role", .structure(roleShape))]

        static func find(_ input: Fields, _ call: Call) throws {}

        static func asks(_ input: Fields, _ subject: Void, _ call: Call) -> [Question] {
            let service = input.text("AWSServiceName") ?? ""
            let name = ServiceLinkedRoles.known(service)?.name ?? "*"
            let arn: Text = "arn:aws:iam::\(call.caller.account):role\(ServiceLinkedRoles.path)\(service)/\(name)"
            return [question("iam:CreateServiceLinkedRole", arn, conditionKeys([], input, call), call)]
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (input, account) = (call.input, call.call.caller.account)
            let service = input.text("AWSServiceName") ?? ""
            guard let known = ServiceLinkedRoles.known(service) else {
                throw Fault("InvalidInput", "\(service) is not a service that has a service-linked role.")
            }
            guard input.text("CustomSuffix") == nil else {
                throw Fault("InvalidInput", "Custom suffix is not allowed for \(service)")
            }
            var role = Entity(
                .role, name: known.name, path: "\(ServiceLinkedRoles.path)\(service)/", account: account, at: call.now,
                chance: call.house.chance)
            role.trust = WrittenPolicy(ServiceLinkedRoles.trust(service))
            role.set("description", .string(input.text("Description") ?? known.description))
            if let policy = known.policy { role.attached = [policy] }
            return try await call.commit { [role] transaction in
                guard try transaction.insert(principal: role) else {
                    throw Fault(
                        "InvalidInput",
                        "Service role name \(known.name) has been taken in this account, please try a different suffix."
                    )
                }
                if let policy = known.policy {
                    _ = try transaction.insert(Bond(.attachment, account, to: policy, role.key).item)
                }
                return ["Role": .structure(shown(role: role, trust: ServiceLinkedRoles.trust(service)))]
            }
        }
    }
}
