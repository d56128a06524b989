internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum DeleteUser: AccessOperation {
        static let name: Text = "DeleteUser"
        static let hasOutput = false
        static let input: Structure = [.required("UserName", existingUserName)]

        static func subject(_ input: Fields, _ call: Call) throws -> AccessSubject {
            try AccessSubject(.user, input.text("UserName") ?? "", call)
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let subject = call.subject
            return try await call.commit { transaction in
                guard let item = try transaction.item(subject.key) else { throw subject.missing }
                let user = try Entity(item)
                guard user.attached.isEmpty else { throw mustDetach }
                let keys = try transaction.items(
                    IdentityRows.place, kind: IdentityRows.accessKeyKind,
                    link: IdentityRows.link(user.name, user.account), limit: 1)
                guard keys.isEmpty, user.inline.isEmpty, user.groups.isEmpty, user.body["login"] == nil,
                    (user.body.list("mfa") ?? []).isEmpty
                else { throw mustRemove }
                if let boundary = user.boundary {
                    try transaction.delete(Bond(.boundary, user.account, to: boundary, user.key).key)
                }
                try transaction.delete(principal: user)
                try ServiceMemory.forget(user, transaction)
                return [:]
            }
        }
    }
}
