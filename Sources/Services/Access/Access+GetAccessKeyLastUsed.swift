internal import Bytes
internal import Policy
internal import Seal
internal import Store
internal import Wire

extension Access {
    enum GetAccessKeyLastUsed: WriteOperation {
        /// `nil` for a key that is not there, or not the account's.
        typealias Subject = EntityState?

        static let name: Text = "GetAccessKeyLastUsed"
        static let api = API.iam
        static let quota = Access.quota
        static let isReadOnly = true
        static let input: Structure = [.required("AccessKeyId", accessKeyID)]

        static func decode(_ fields: Fields) throws(Fault) -> Fields { fields }
        static func encode(_ output: Fields) -> Fields { output }

        static func find(_ input: Fields, _ call: Call) throws -> EntityState? {
            let id = input.text("AccessKeyId") ?? ""
            guard let key = try call.view.credential(id, root: call.house.root), key.account == call.caller.account,
                case .user(let user) = key.owner
            else { return nil }
            return try call.view.entity(.user, user, key.account)
        }

        static func asks(_ input: Fields, _ subject: EntityState?, _ call: Call) -> [Question] {
            let keys = conditionKeys(subject?.tags ?? [], input, call)
            return [question("iam:\(name)", subject?.arn ?? "*", keys, call)]
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let id = call.input.text("AccessKeyId") ?? ""
            guard let user = call.subject else {
                let caller = call.call.caller.principal.arn
                throw Fault(
                    "AccessDenied",
                    "User: \(caller) is not authorized to perform: iam:\(name) on resource: access key \(id)",
                    status: 403)
            }
            let written = try await call.house.store.read { try AccessKeyUses.use($0.item(AccessKeyUses.key(id))) }
            let uses = [written, call.house.credentialUses[id]].compactMap { $0 }
            let last = uses.max { $0.time < $1.time }
            var fields = Fields()
            fields.add("LastUsedDate", last?.time)
            fields.add("ServiceName", last?.service ?? "N/A")
            fields.add("Region", last?.region ?? "N/A")
            return ["UserName": .string(user.name), "AccessKeyLastUsed": .structure(fields)]
        }
    }
}
