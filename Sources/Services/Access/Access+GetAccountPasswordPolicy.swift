internal import Bytes
internal import Policy
internal import Seal
internal import Store
internal import Wire

extension Access {
    enum GetAccountPasswordPolicy: AccessListing {
        static let name: Text = "GetAccountPasswordPolicy"
        static let isReadOnly = true
        static let input: Structure = []

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let account = call.call.caller.account
            guard let item = try await call.house.store.read({ try $0.item(PasswordPolicy.key(account)) }) else {
                throw PasswordPolicy.missing(account)
            }
            return ["PasswordPolicy": .structure(try PasswordPolicy(item).shown)]
        }
    }
}
