internal import Bytes
internal import Policy
internal import Seal
internal import Store
internal import Wire

extension Access {
    enum UpdateAccountPasswordPolicy: AccessListing {
        static let name: Text = "UpdateAccountPasswordPolicy"
        static let hasOutput = false
        static let input = PasswordPolicy.input

        /// What the call leaves out goes back to its default.
        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (key, rules) = (PasswordPolicy.key(call.call.caller.account), call.input.json)
            return try await call.commit { transaction in
                if var item = try transaction.item(key) {
                    item.body = rules
                    try transaction.update(item)
                } else {
                    _ = try transaction.insert(Item(key: key, rev: 1, body: rules))
                }
                return [:]
            }
        }
    }
}
