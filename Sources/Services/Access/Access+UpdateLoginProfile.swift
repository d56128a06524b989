internal import Bytes
internal import Policy
internal import Seal
internal import Store
internal import Wire

extension Access {
    enum UpdateLoginProfile: AccessOperation {
        static let name: Text = "UpdateLoginProfile"
        static let quota = LoginProfile.quota
        static let hasOutput = false
        static let isBrief = false
        static let input: Structure = [
            .required("UserName", userName), .optional("Password", LoginProfile.password, sensitive: true),
            .optional("PasswordResetRequired", .boolean),
            .optional("MaxSigninSessionDuration", LoginProfile.sessionDuration),
            .optional("ResetMaxSigninSessionDuration", .boolean),
        ]

        static func subject(_ input: Fields, _ call: Call) throws -> AccessSubject {
            try AccessSubject(.user, input.text("UserName") ?? "", call)
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (input, account, now) = (call.input, call.subject.account, call.now)
            let doesReset = input.bool("ResetMaxSigninSessionDuration") ?? false
            guard !doesReset || input["MaxSigninSessionDuration"] == nil else {
                throw Fault(
                    "InvalidInput", "MaxSigninSessionDuration and ResetMaxSigninSessionDuration exclude each other.")
            }
            let user = try await call.readEntity()
            guard let read = try LoginProfile(user) else { throw LoginProfile.missing(user.name) }
            let password = input.secret("Password")?.bytes
            let policy = try await LoginProfile.policy(account, call.house)
            let hash = try password.map { try read.successor($0, policy, account) }
            return try await call.changeEntity { user, _ in
                guard var profile = try LoginProfile(user) else { throw LoginProfile.missing(user.name) }
                if let hash {
                    guard profile.hash.isSame(as: read.hash) else { throw LoginProfile.changedMeanwhile }
                    profile.change(to: hash, at: now)
                }
                if let needsReset = input.bool("PasswordResetRequired") { profile.needsReset = needsReset }
                if let duration = input.integer("MaxSigninSessionDuration") { profile.sessionDuration = duration }
                if doesReset { profile.sessionDuration = nil }
                profile.store(in: &user)
                return [:]
            }
        }
    }
}
