internal import Bytes
internal import Policy
internal import Seal
internal import Store
internal import Wire

extension Access {
    enum GenerateCredentialReport: AccessListing {
        static let name: Text = "GenerateCredentialReport"
        static let isBrief = false
        static let input: Structure = []
        static let recordedOutput: Structure? = [.optional("State", .string()), .optional("Description", .string())]

        /// Clients ask again until it says COMPLETE; the report is there at the first answer.
        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (account, now) = (call.call.caller.account, call.now)
            let key = CredentialReport.key(account)
            let old = try await call.house.store.read { try $0.item(key).map { try CredentialReport($0) } }
            if let old, old.isCurrent(now) { return ["State": "COMPLETE"] }
            let report = try await CredentialReport.make(account, call.house, at: now)
            return try await call.commit { transaction in
                if var item = try transaction.item(key) {
                    item.body = report.body
                    try transaction.update(item)
                } else {
                    _ = try transaction.insert(Item(key: key, rev: 1, body: report.body))
                }
                return [
                    "State": "STARTED", "Description": "No report exists. Starting a new report generation task",
                ]
            }
        }
    }
}
