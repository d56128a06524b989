internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum CreatePolicy: AccessCall {
        static let name: Text = "CreatePolicy"
        static let input: Structure = [
            .required("PolicyName", policyName), .optional("Path", policyPath), .required("PolicyDocument", document),
            .optional("Description", .string(0...1000)), .optional("Tags", tags),
        ]
        static let recordedOutput: Structure? = [.optional("Policy", .structure(policyShape))]

        static func find(_ input: Fields, _ call: Call) throws {}

        static func asks(_ input: Fields, _ subject: Void, _ call: Call) -> [Question] {
            let arn: Text =
                "arn:aws:iam::\(call.caller.account):policy\(input.text("Path") ?? "/")\(input.text("PolicyName") ?? "")"
            return [question("iam:CreatePolicy", arn, conditionKeys([], input, call), call)]
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (input, account) = (call.input, call.call.caller.account)
            let (name, text) = (input.text("PolicyName") ?? "", input.text("PolicyDocument") ?? "")
            try checked(text, .identity, atMost: policyLimit)
            var policy = Entity(
                .policy, name: name, path: input.text("Path") ?? "/", account: account, at: call.now,
                chance: call.house.chance)
            policy.body.add("description", input.text("Description").flatMap { $0.isEmpty ? nil : $0 })
            policy.tags = try merged([], requestTags(input))
            PolicyVersions(first: text, at: call.now).store(in: &policy)
            return try await call.commit { [policy] transaction in
                guard try transaction.insert(policy.item) else { throw exists(.policy, name) }
                let use = try PolicyUse(policy.arn, account, transaction)
                return ["Policy": .structure(shown(policy: ManagedPolicy(policy), use))]
            }
        }
    }
}
