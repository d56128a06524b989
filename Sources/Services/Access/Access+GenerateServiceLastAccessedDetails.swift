internal import Bytes
internal import Store
internal import Wire

extension Access {
    enum GenerateServiceLastAccessedDetails: ReportRequest {
        static let name: Text = "GenerateServiceLastAccessedDetails"
        static let input: Structure = [
            .required("Arn", arn), .optional("Granularity", .oneOf("SERVICE_LEVEL", "ACTION_LEVEL")),
        ]
        static let recordedOutput: Structure? = [.optional("JobId", jobID)]

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (arn, caller, id) = (call.subject, call.call.caller, call.house.chance.uuid())
            let report = ServiceReport(
                arn, call.input.text("Granularity") ?? "SERVICE_LEVEL", for: caller.entityID, at: call.now)
            return try await call.commit { transaction in
                _ = try ReportTarget.read(arn, caller.account, transaction)
                _ = try transaction.insert(report.item(ServiceReport.key(id, caller.account)))
                return ["JobId": .string(id)]
            }
        }
    }
}
