internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Organization {
    enum DisablePolicyType: OrganizationOperation {
        static let name: Text = "DisablePolicyType"
        static let input: Structure = [.required("RootId", rootID), .required("PolicyType", policyType)]
        static let recordedOutput: Structure? = [recordedRoot]

        static func resources(_ input: Fields, _ organization: OrganizationState, _ call: Call) throws -> [Text] {
            [organization.arn(unit: input.text("RootId") ?? "")]
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (id, type) = (call.input.text("RootId") ?? "", call.input.text("PolicyType") ?? "")
            _ = try call.management()
            try requireSupported(type)
            return try await call.change { organization, transaction in
                var root = try transaction.root(id, organization)
                guard root.enabled.contains(type) else { throw notEnabled }
                // As on AWS: what was attached is gone, and enabling the type again brings back only AWS's own policy.
                let gone = Set(
                    try transaction.organizationRows(
                        OrganizationRows.policies, organization, link: organization.id, where: { $0.type == type }
                    ).map(\.id))
                for kind in [OrganizationRows.units, OrganizationRows.accounts] {
                    for var target in try transaction.organizationRows(kind, organization) where target.id != root.id {
                        let kept = reset(target.controls, gone, type)
                        guard kept != target.controls else { continue }
                        target.controls = kept
                        try transaction.update(target.item)
                    }
                }
                root.controls = reset(root.controls, gone, type)
                root.enabled = root.enabled.filter { $0 != type }
                try transaction.update(root.item)
                return ["Root": shown(root: root, organization)]
            }
        }

        private static func reset(_ controls: [Text], _ gone: Set<Text>, _ type: Text) -> [Text] {
            let kept = controls.filter { !gone.contains($0) }
            let managed = ManagedControls.id(for: type)
            return kept.contains(managed) ? kept : kept + [managed]
        }
    }
}
