internal import Bytes
internal import Policy
internal import Seal
internal import Store
internal import Wire

extension Access {
    enum GetCredentialReport: AccessListing {
        static let name: Text = "GetCredentialReport"
        static let isReadOnly = true
        static let isBrief = false
        static let input: Structure = []

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (key, now) = (CredentialReport.key(call.call.caller.account), call.now)
            guard let item = try await call.house.store.read({ try $0.item(key) }) else {
                throw Fault("ReportNotPresent", "No report exists. Call GenerateCredentialReport first.", status: 410)
            }
            let report = try CredentialReport(item)
            guard report.isCurrent(now) else {
                throw Fault("ReportExpired", "The report is too old. Call GenerateCredentialReport again.", status: 410)
            }
            return [
                "Content": .blob(report.content), "ReportFormat": "text/csv",
                "GeneratedTime": .timestamp(report.generated),
            ]
        }
    }
}
