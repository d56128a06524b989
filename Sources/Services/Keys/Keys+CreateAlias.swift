internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Keys {
    struct AliasRequest: Sendable {
        let name: Text
        let target: Text

        static let shape: Structure = [.required("AliasName", aliasName), .required("TargetKeyId", keyID)]

        init(_ fields: Fields) throws(Fault) {
            name = try checkedAlias(fields.text("AliasName") ?? "")
            target = fields.text("TargetKeyId") ?? ""
        }
    }

    static func checkedAlias(_ name: Text) throws(Fault) -> Text {
        guard name.hasPrefix("alias/"), name.utf8.count > 6 else {
            throw .frontEnd(
                "ValidationException",
                "Alias must start with the prefix \"alias/\". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html"
            )
        }
        guard !name.hasPrefix("alias/aws/") else {
            throw Fault("NotAuthorizedException", "The alias prefix alias/aws/ is reserved for AWS managed keys.")
        }
        return name
    }

    static func aliasQuestion(_ action: Text, _ name: Text, _ call: Call) -> Question {
        let arn = aliasARN(name, in: call.place)
        return Question(
            action: action, resource: arn, shown: arn, owner: call.place.account, keys: call.conditionKeys
        )
    }

    enum CreateAlias: WriteOperation {
        typealias Input = AliasRequest

        static let name: Text = "CreateAlias"
        static let api = API.kms
        static let quota = Quota("kms-create-alias", 5)
        static let input = AliasRequest.shape

        static func decode(_ fields: Fields) throws(Fault) -> Input { try AliasRequest(fields) }
        static func encode(_ output: Void) -> Fields { [:] }

        static func find(_ input: Input, _ call: Call) throws -> Subject { try Keys.find(input.target, call) }

        /// Both the alias and the key have a say.
        static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question] {
            [aliasQuestion("kms:CreateAlias", input.name, call), question("kms:CreateAlias", subject, call)]
        }

        static func run(_ call: Authorized<Self>) async throws {
            let key = try call.subject.require()
            try key.requireNotPendingDeletion()
            let (name, place, now) = (call.input.name, call.place, call.now)
            guard key.place == place else {
                throw Fault("NotFoundException", "An alias must be in its key's own account and region.")
            }
            try await call.commit { transaction in
                let item = AliasState.item(name, in: place, target: key.id, created: now, updated: now)
                guard try transaction.insert(item) else {
                    throw Fault(
                        "AlreadyExistsException",
                        "An alias with the name \(aliasARN(name, in: place)) already exists"
                    )
                }
                transaction.touch(aliasNamesKey(key.id, in: place))
            }
        }
    }
}
