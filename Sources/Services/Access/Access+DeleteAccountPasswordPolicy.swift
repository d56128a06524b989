internal import Bytes
internal import Policy
internal import Seal
internal import Store
internal import Wire

extension Access {
    enum DeleteAccountPasswordPolicy: AccessListing {
        static let name: Text = "DeleteAccountPasswordPolicy"
        static let hasOutput = false
        static let input: Structure = []

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let account = call.call.caller.account
            return try await call.commit { transaction in
                guard try transaction.delete(PasswordPolicy.key(account)) else { throw PasswordPolicy.missing(account) }
                return [:]
            }
        }
    }
}
