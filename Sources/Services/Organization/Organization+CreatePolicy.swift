internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Organization {
    enum CreatePolicy: OrganizationOperation {
        static let name: Text = "CreatePolicy"
        static let input: Structure = [
            .required("Content", policyContent), .required("Description", policyDescription),
            .required("Name", policyName), .required("Type", policyType), .optional("Tags", tags),
        ]
        static let recordedOutput: Structure? = [recordedPolicy]

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (input, chance) = (call.input, call.house.chance)
            _ = try call.management()
            let (type, content) = (input.text("Type") ?? "", input.text("Content") ?? "")
            try requireSupported(type)
            try check(content, type)
            let tags = try merged([], Access.requestTags(input))
            return try await call.change { organization, transaction in
                let name = input.text("Name") ?? ""
                try requireFree(name, type, organization, transaction)
                let id = identifier("p-", 8, chance)
                var policy = OrganizationRow(
                    OrganizationRows.policy(id), link: organization.id,
                    [
                        "organization": .string(organization.id), "name": .string(name), "type": .string(type),
                        "description": .string(input.text("Description") ?? ""), "content": .string(content),
                        "arn": .string(organization.arn(policy: id, type)),
                    ])
                policy.tags = tags
                guard try transaction.insert(policy.item) else { throw Fault.concurrentChange }
                return shown(policy: policy)
            }
        }
    }
}

extension Organization {
    private static let longest = 5120

    /// Names are unique among policies of a type.
    static func requireFree(
        _ name: Text, _ type: Text, _ organization: OrganizationState, _ transaction: borrowing Transaction
    ) throws {
        let same = try transaction.organizationRows(
            OrganizationRows.policies, organization, link: organization.id, limit: 1,
            where: { $0.name == name && $0.type == type })
        guard same.isEmpty, !ManagedControls.row(ofType: type).contains(where: { $0.name == name }) else {
            throw Fault.samePolicyName
        }
    }

    static func check(_ content: Text, _ type: Text) throws(Fault) {
        guard content.length <= longest else {
            throw .constraint(
                "POLICY_CONTENT_LIMIT_EXCEEDED", "You have exceeded the policy size of \(longest) characters.")
        }
        let isResource = type == ControlState.resourceType
        let document: PolicyDocument
        do { document = try PolicyDocument.parse(content.bytes, kind: isResource ? .rcp : .scp) } catch {
            let place: Text = error.path.isEmpty ? "" : " (\(error.path))"
            throw Fault(
                "MalformedPolicyDocumentException",
                "The provided policy document does not meet the requirements of the specified policy type: \(error.reason)\(place)"
            )
        }
        // Only AWS's own resource control policy allows.
        guard !isResource || document.statements.allSatisfy({ $0.effect == .deny }) else {
            throw Fault(
                "MalformedPolicyDocumentException",
                "The provided policy document does not meet the requirements of the specified policy type: a resource control policy can only deny."
            )
        }
    }
}
