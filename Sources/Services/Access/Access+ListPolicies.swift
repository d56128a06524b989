internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum ListPolicies: AccessListing {
        static let name: Text = "ListPolicies"
        static let isReadOnly = true
        static let isBrief = false
        static let input = Structure(
            [
                .optional("Scope", .oneOf("All", "AWS", "Local")), .optional("OnlyAttached", .boolean),
                .optional("PathPrefix", policyPath), .optional("PolicyUsageFilter", policyUsage),
            ] + paging)

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (page, input, account) = (try AccessPage(call.input), call.input, call.call.caller.account)
            let prefix = input.text("PathPrefix") ?? "/"
            let (scope, usage) = (input.text("Scope") ?? "All", input.text("PolicyUsageFilter"))
            let isUsed = input.bool("OnlyAttached") ?? false
            let found = try await call.house.store.read { snapshot in
                var found: [(policy: ManagedPolicy, use: PolicyUse)] = []
                func consider(_ policy: ManagedPolicy, _ snapshot: borrowing Snapshot) throws {
                    guard policy.path.hasPrefix(prefix), page.after.map({ $0 < policy.arn }) ?? true else { return }
                    let use = try PolicyUse(policy.arn, account, snapshot)
                    // The filter alone also means: those that are used so.
                    let count =
                        switch usage {
                        case "PermissionsPolicy": use.attached
                        case "PermissionsBoundary": use.bounding
                        default: use.attached + use.bounding
                        }
                    if isUsed || usage != nil, count == 0 { return }
                    found.append((policy, use))
                }
                if scope != "AWS" {
                    // Ids are names in lower case, and the marker is an ARN: the order is of ARNs.
                    for policy in try ManagedPolicy.all(account, snapshot).sorted(by: { $0.arn < $1.arn })
                    where found.count <= page.limit {
                        try consider(policy, snapshot)
                    }
                }
                if scope != "Local" {
                    // Accounts' ARNs sort before `aws`.
                    for policy in AWSManagedPolicies.all.sorted(by: { $0.arn < $1.arn }) where found.count <= page.limit
                    {
                        try consider(ManagedPolicy(policy), snapshot)
                    }
                }
                return found
            }
            return page.fields("Policies", found, id: { $0.policy.arn }) {
                .structure(shown(policy: $0.policy, $0.use, isWhole: false))
            }
        }
    }
}
