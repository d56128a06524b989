internal import Bytes
internal import Store
internal import Wire

extension Keys {
    enum DeleteAlias: WriteOperation {
        typealias Input = Text

        static let name: Text = "DeleteAlias"
        static let api = API.kms
        static let quota = Quota("kms-delete-alias", 15)
        static let input: Structure = [.required("AliasName", aliasName)]

        static func decode(_ fields: Fields) throws(Fault) -> Input { try checkedAlias(fields.text("AliasName") ?? "") }
        static func encode(_ output: Void) -> Fields { [:] }

        static func find(_ input: Input, _ call: Call) throws -> Subject { try Keys.find(input, call) }

        static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question] {
            let alias = aliasQuestion("kms:DeleteAlias", input, call)
            return subject.key == nil ? [alias] : [alias, question("kms:DeleteAlias", subject, call)]
        }

        static func run(_ call: Authorized<Self>) async throws {
            let (name, place, missing) = (call.input, call.place, call.subject.missing)
            try await call.commit { transaction in
                let alias = aliasKey(name, in: place)
                let target = try transaction.item(alias)?.link
                guard try transaction.delete(alias) else { throw missing }
                if let target { transaction.touch(aliasNamesKey(target, in: place)) }
            }
        }
    }
}
