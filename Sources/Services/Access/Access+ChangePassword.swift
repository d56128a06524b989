internal import Bytes
internal import Policy
internal import Seal
internal import Store
internal import Wire

extension Access {
    enum ChangePassword: WriteOperation {
        struct Subject: Sendable {
            let user: AccessSubject
            /// The account lets all its users do it, without a policy of theirs.
            let isFree: Bool
        }

        static let name: Text = "ChangePassword"
        static let api = API.iam
        static let quota = LoginProfile.quota
        static let hasOutput = false
        static let isBrief = false
        static let input: Structure = [
            .required("OldPassword", LoginProfile.password, sensitive: true),
            .required("NewPassword", LoginProfile.password, sensitive: true),
        ]

        static func decode(_ fields: Fields) throws(Fault) -> Fields { fields }
        static func encode(_ output: Fields) -> Fields { output }

        static func find(_ input: Fields, _ call: Call) throws -> Subject {
            guard call.caller.principal.kind == .user else {
                throw Fault("InvalidUserType", "Only IAM Users can change their own password.")
            }
            let user = try AccessSubject(.user, try userName([:], call), call)
            guard try call.view.passwordPolicy(user.account)?.letsUsersChange ?? false else {
                return Subject(user: user, isFree: false)
            }
            let decision = try judge(question(user, input, call), call)
            // What nobody forbids is allowed then.
            if case .explicitDeny = decision.reason { return Subject(user: user, isFree: false) }
            return Subject(user: user, isFree: true)
        }

        static func asks(_ input: Fields, _ subject: Subject, _ call: Call) -> [Question] {
            subject.isFree ? [] : [question(subject.user, input, call)]
        }

        private static func question(_ user: AccessSubject, _ input: Fields, _ call: Call) -> Question {
            Access.question("iam:\(name)", user.arn, conditionKeys(user.state?.tags ?? [], input, call), call)
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (subject, input, now) = (call.subject.user, call.input, call.now)
            let user = try await call.house.store.read { snapshot in
                guard let item = try snapshot.item(subject.key) else { throw subject.missing }
                return try Entity(item)
            }
            guard let read = try LoginProfile(user) else { throw LoginProfile.missing(user.name) }
            let policy = try await LoginProfile.policy(subject.account, call.house)
            let old = try LoginProfile.hash(input.secret("OldPassword")?.bytes ?? [], salt: read.hash.salt)
            guard old.isSame(as: read.hash) else {
                throw Fault("AccessDenied", "The old password was incorrect.", status: 403)
            }
            if policy.isHard, let expiry = policy.expiry(of: read.changed), expiry <= now {
                throw Fault(
                    "AccessDenied", "The password has expired. An administrator must set a new one.", status: 403)
            }
            let new = try read.successor(input.secret("NewPassword")?.bytes ?? [], policy, subject.account)
            return try await call.commit { transaction in
                guard let item = try transaction.item(subject.key) else { throw subject.missing }
                var user = try Entity(item)
                guard var profile = try LoginProfile(user), profile.hash.isSame(as: read.hash) else {
                    throw LoginProfile.changedMeanwhile
                }
                profile.change(to: new, at: now)
                profile.needsReset = false
                profile.store(in: &user)
                try transaction.update(user.item)
                return [:]
            }
        }
    }
}
