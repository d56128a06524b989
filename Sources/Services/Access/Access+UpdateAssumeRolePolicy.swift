internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum UpdateAssumeRolePolicy: AccessOperation {
        static let name: Text = "UpdateAssumeRolePolicy"
        static let hasOutput = false
        static let input: Structure = [.required("RoleName", roleName), .required("PolicyDocument", document)]

        static func subject(_ input: Fields, _ call: Call) throws -> AccessSubject { try role(input, call) }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            guard call.subject.state != nil else { throw call.subject.missing }
            let trust = call.input.text("PolicyDocument") ?? ""
            let written = try await requireTrust(trust, call.house)
            return try await call.changeEntity { role, _ in
                try role.requireModifiable()
                role.trust = written
                return [:]
            }
        }
    }
}
