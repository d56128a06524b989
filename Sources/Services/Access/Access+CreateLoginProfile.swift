internal import Bytes
internal import Policy
internal import Seal
internal import Store
internal import Wire

extension Access {
    enum CreateLoginProfile: AccessOperation {
        static let name: Text = "CreateLoginProfile"
        static let quota = LoginProfile.quota
        static let isBrief = false
        static let input: Structure = [
            .optional("UserName", userName), .optional("Password", LoginProfile.password, sensitive: true),
            .optional("PasswordResetRequired", .boolean),
            .optional("MaxSigninSessionDuration", LoginProfile.sessionDuration),
        ]
        static let recordedOutput: Structure? = [.optional("LoginProfile", .structure(LoginProfile.shape))]

        static func subject(_ input: Fields, _ call: Call) throws -> AccessSubject {
            try AccessSubject(.user, try userName(input, call), call)
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (input, account, now) = (call.input, call.subject.account, call.now)
            guard let password = input.secret("Password")?.bytes else {
                throw Fault.frontEnd("ValidationException", "Must specify a password for the user.")
            }
            let user = try await call.readEntity()
            guard try LoginProfile(user) == nil else { throw exists(user) }
            try await LoginProfile.policy(account, call.house).check(password, account: account)
            let hash = try LoginProfile.hash(password, salt: call.house.chance.bytes(16))
            return try await call.changeEntity { user, _ in
                guard try LoginProfile(user) == nil else { throw exists(user) }
                let profile = LoginProfile(hash, at: now, input)
                profile.store(in: &user)
                return ["LoginProfile": .structure(profile.shown(user))]
            }
        }

        private static func exists(_ user: Entity) -> Fault {
            Fault("EntityAlreadyExists", "Login Profile for user \(user.name) already exists.", status: 409)
        }
    }
}
