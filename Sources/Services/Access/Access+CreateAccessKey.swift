internal import Bytes
internal import Policy
internal import Seal
internal import Store
internal import Wire

extension Access {
    enum CreateAccessKey: AccessOperation {
        static let name: Text = "CreateAccessKey"
        static let input: Structure = [.optional("UserName", existingUserName)]
        static let recordedOutput: Structure? = [
            .optional(
                "AccessKey",
                .structure([
                    .optional("UserName", .string()), .optional("AccessKeyId", .string()),
                    .optional("Status", .string()), .optional("CreateDate", .timestamp),
                ]))
        ]

        static func subject(_ input: Fields, _ call: Call) throws -> AccessSubject {
            try AccessSubject(.user, try userName(input, call), call)
        }

        /// The only time that the secret is shown.
        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (subject, now, root) = (call.subject, call.now, call.house.root)
            let id = Founding.identifier("AKIA", call.house.chance)
            let secret = Founding.secretAccessKey(call.house.chance)
            return try await call.commit { transaction in
                // Locks the user, so that two calls at once don't make three keys.
                guard let item = try transaction.item(subject.key) else { throw subject.missing }
                let user = try Entity(item)
                let keys = try transaction.items(
                    IdentityRows.place, kind: IdentityRows.accessKeyKind,
                    link: IdentityRows.link(user.name, user.account), limit: 2)
                guard keys.count < 2 else {
                    throw Fault("LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2", status: 409)
                }
                let key = IdentityRows.newAccessKey(
                    id: id, secret: secret, user: user.name, account: user.account, at: now, root: root)
                guard try transaction.insert(key) else { throw Fault.internalError }
                return [
                    "AccessKey": .structure([
                        "UserName": .string(user.name), "AccessKeyId": .string(id), "Status": "Active",
                        "SecretAccessKey": .secret(SensitiveBytes(secret.revealBytes(), isText: true)),
                        "CreateDate": .timestamp(now),
                    ])
                ]
            }
        }
    }
}
