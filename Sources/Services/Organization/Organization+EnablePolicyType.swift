internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Organization {
    enum EnablePolicyType: OrganizationOperation {
        static let name: Text = "EnablePolicyType"
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
                guard !root.enabled.contains(type) else {
                    throw Fault("PolicyTypeAlreadyEnabledException", "The specified policy type is already enabled.")
                }
                root.enabled = root.enabled + [type]
                try transaction.update(root.item)
                return ["Root": shown(root: root, organization)]
            }
        }
    }
}

extension Organization {
    static let notEnabled = Fault(
        "PolicyTypeNotEnabledException", "This operation can be performed only for enabled policy types.")

    static func requireSupported(_ type: Text) throws(Fault) {
        guard type == ControlState.serviceType || type == ControlState.resourceType else {
            throw .unavailableType
        }
    }
}
