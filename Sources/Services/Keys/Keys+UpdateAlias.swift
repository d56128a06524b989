internal import Bytes
internal import Store
internal import Wire

extension Keys {
    enum UpdateAlias: WriteOperation {
        typealias Input = AliasRequest

        static let name: Text = "UpdateAlias"
        static let api = API.kms
        static let quota = Quota("kms-update-alias", 5)
        static let input = AliasRequest.shape

        static func decode(_ fields: Fields) throws(Fault) -> Input { try AliasRequest(fields) }
        static func encode(_ output: Void) -> Fields { [:] }

        static func find(_ input: Input, _ call: Call) throws -> Subject { try Keys.find(input.target, call) }

        /// Both the alias and the key have a say.
        static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question] {
            [aliasQuestion("kms:UpdateAlias", input.name, call), question("kms:UpdateAlias", subject, call)]
        }

        static func run(_ call: Authorized<Self>) async throws {
            let key = try call.subject.require()
            try key.requireNotPendingDeletion()
            let (name, place, now) = (call.input.name, call.place, call.now)
            try await call.commit { transaction in
                guard let item = try transaction.item(aliasKey(name, in: place)) else {
                    throw Fault("NotFoundException", "Alias \(aliasARN(name, in: place)) is not found.")
                }
                let old = try AliasState(item)
                var new = AliasState.item(name, in: place, target: key.id, created: old.created, updated: now)
                new.rev = item.rev
                _ = try transaction.update(new)
                for id in [old.target, key.id] { transaction.touch(aliasNamesKey(id, in: place)) }
            }
        }
    }
}
