internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum DeleteRole: AccessOperation {
        static let name: Text = "DeleteRole"
        static let hasOutput = false
        static let input: Structure = [.required("RoleName", roleName)]

        static func subject(_ input: Fields, _ call: Call) throws -> AccessSubject { try role(input, call) }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let subject = call.subject
            return try await call.commit { transaction in
                guard let item = try transaction.item(subject.key) else { throw subject.missing }
                let role = try Entity(item)
                try role.requireModifiable()
                guard role.attached.isEmpty else { throw mustDetach }
                guard role.inline.isEmpty else {
                    throw Fault("DeleteConflict", "Cannot delete entity, must delete policies first.", status: 409)
                }
                // Fails if anything was attached since the row was read.
                try transaction.update(item)
                if let boundary = role.boundary {
                    try transaction.delete(Bond(.boundary, role.account, to: boundary, role.key).key)
                }
                try transaction.delete(principal: role)
                try ServiceMemory.forget(role, transaction)
                return [:]
            }
        }
    }
}
