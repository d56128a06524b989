internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum PutRolePolicy: AccessOperation {
        static let name: Text = "PutRolePolicy"
        static let hasOutput = false
        static let input: Structure = [
            .required("RoleName", roleName), .required("PolicyName", policyName), .required("PolicyDocument", document),
        ]
        /// Of all inline policies of a role together.
        private static let limit = 10_240

        static func subject(_ input: Fields, _ call: Call) throws -> AccessSubject { try role(input, call) }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            guard call.subject.state != nil else { throw call.subject.missing }
            let (name, text) = (call.input.text("PolicyName") ?? "", call.input.text("PolicyDocument") ?? "")
            let tooMuch = Fault(
                "LimitExceeded", "Maximum policy size of \(limit) bytes exceeded for role \(call.subject.name)",
                status: 409)
            guard size(text) <= limit else { throw tooMuch }
            try checked(text, .identity, atMost: limit)
            return try await call.changeEntity { role, _ in
                try role.requireModifiable()
                var inline = role.inline.filter { $0.name.asciiLowercased != name.asciiLowercased }
                inline.append((name, text))
                guard inline.reduce(0, { $0 + size($1.document) }) <= limit else { throw tooMuch }
                role.inline = inline
                return [:]
            }
        }

        /// AWS counts without white space.
        private static func size(_ text: Text) -> Int {
            text.utf8.count { $0 != 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D }
        }
    }
}
