internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum UpdateRole: AccessOperation {
        static let name: Text = "UpdateRole"
        static let input: Structure = [
            .required("RoleName", roleName), .optional("Description", roleDescription),
            .optional("MaxSessionDuration", maxSession), .optional("MaxSigninSessionDuration", maxSigninSession),
            .optional("ResetMaxSigninSessionDuration", .boolean),
        ]
        static let recordedOutput: Structure? = []

        static func subject(_ input: Fields, _ call: Call) throws -> AccessSubject { try role(input, call) }

        /// The description of a service's role is the account's to write; the rest is not.
        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let input = call.input
            return try await call.changeEntity { role, _ in
                let seconds = input.integer("MaxSessionDuration")
                let signin = input.integer("MaxSigninSessionDuration")
                let resets = input.bool("ResetMaxSigninSessionDuration") ?? false
                if seconds != nil || signin != nil || resets { try role.requireModifiable() }
                guard signin == nil || !resets else {
                    throw Fault(
                        "InvalidInput", "MaxSigninSessionDuration can't be set and reset in the same call.")
                }
                if let seconds { role.set("maxSession", .integer(seconds)) }
                if let signin { role.set("maxSigninSession", .integer(signin)) }
                if resets { role.set("maxSigninSession", nil) }
                if let text = input.text("Description") { role.set("description", text.isEmpty ? nil : .string(text)) }
                return [:]
            }
        }
    }
}
