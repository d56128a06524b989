internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Keys {
    enum RetireGrant: WriteOperation {
        /// How the caller names the grant.
        enum Input: Sendable {
            case token(Text, isDryRun: Bool)
            case id(Text, keyID: Text, isDryRun: Bool)

            var isDryRun: Bool {
                switch self {
                case .token(_, let isDryRun), .id(_, _, let isDryRun): isDryRun
                }
            }
        }
        struct Found: Sendable {
            let subject: Keys.Subject
            let grant: GrantState?
            let missing: Fault
        }

        static let name: Text = "RetireGrant"
        static let api = API.kms
        static let quota = grantQuota
        static let input: Structure = [
            .optional("GrantToken", .string(1...8192), sensitive: true), .optional("KeyId", Keys.keyID),
            .optional("GrantId", .string(1...128)), .optional("DryRun", .boolean),
        ]

        static func decode(_ fields: Fields) throws(Fault) -> Input {
            let isDryRun = fields.bool("DryRun") ?? false
            let token = fields.secret("GrantToken").flatMap { Text(utf8: $0.bytes) }
            switch (token, fields.text("GrantId"), fields.text("KeyId")) {
            case (let token?, nil, nil): return .token(token, isDryRun: isDryRun)
            case (nil, let id?, let keyID?): return .id(try checkedGrantID(id), keyID: keyID, isDryRun: isDryRun)
            default:
                throw .frontEnd(
                    "ValidationException",
                    "You must specify either a grant token, or both a grant ID and a key ID, but not all of them."
                )
            }
        }
        static func encode(_ output: Void) -> Fields { [:] }

        static func resources(_ found: Found) -> [RecordedResource] { found.subject.recorded }

        /// A token does not show which grant it names.
        static func additionalEventData(_ found: Found) -> Fields {
            found.grant.map { ["grantId": .string($0.id)] } ?? [:]
        }

        static func find(_ input: Input, _ call: Call) throws -> Found {
            switch input {
            case .id(let id, let keyID, _):
                let subject = try Keys.find(keyID, call)
                guard let key = subject.key else {
                    return Found(subject: subject, grant: nil, missing: subject.missing)
                }
                return Found(
                    subject: subject,
                    grant: try call.view.grant(id, on: key.id, in: key.place),
                    missing: missingGrant(id)
                )
            case .token(let token, _):
                let (place, keyID, id) = try GrantToken.open(token, call.house)
                let subject = try Keys.find(arn(keyID, in: place), call)
                return Found(
                    subject: subject,
                    grant: try call.view.grant(id, on: keyID, in: place),
                    missing: missingGrant(id)
                )
            }
        }

        /// The grant says who may retire it, and the policies of the account that issued it. The key's policy has no say.
        static func asks(_ input: Input, _ found: Found, _ call: Call) -> [Question] {
            var question = question("kms:RetireGrant", found.subject, call)
            question.keys.add("kms:GrantIsForAWSResource", call.via != nil)
            question.owner = call.caller.account
            question.resourcePolicy = found.grant?.retirementPolicy
            // To others the grant itself must allow it.
            question.isKeyPolicy = call.caller.account != found.grant?.issuer ?? found.subject.owner
            question.claim = nil
            return [question]
        }

        /// In any state of the key.
        static func run(_ call: Authorized<Self>) async throws {
            let missing = call.subject.missing
            guard let grant = call.subject.grant else { throw missing }
            try refuseDryRun(call.input.isDryRun)
            try await call.commit { transaction in
                guard try transaction.delete(grant) else { throw missing }
            }
        }
    }
}
