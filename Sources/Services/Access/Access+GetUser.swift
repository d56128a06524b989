internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum GetUser: AccessOperation {
        static let name: Text = "GetUser"
        static let isReadOnly = true
        static let input: Structure = [.optional("UserName", existingUserName)]

        static func subject(_ input: Fields, _ call: Call) throws -> AccessSubject {
            try AccessSubject(.user, try userName(input, call), call)
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            ["User": .structure(shown(user: try await call.readEntity()))]
        }
    }

    /// Who names no user means themselves.
    static func userName(_ input: Fields, _ call: Call) throws(Fault) -> Text {
        if let name = input.text("UserName") { return name }
        guard call.caller.principal.kind == .user, let name = call.caller.principal.arn.split(on: 0x2F).last else {
            throw Fault.frontEnd(
                "ValidationException", "Must specify userName when calling with non-User credentials")
        }
        return name
    }
}
