internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Insight {
    /// Does what DescribeRotation advises; a dry run says what that would be.
    enum RepairRotation: WriteOperation {
        struct Input: Sendable {
            let secretID: Text
            let isDry: Bool
        }

        static let name: Text = "RepairRotation"
        static let api = API.insight
        static let quota = Insight.quota
        static let input: Structure = [.required("SecretId", Secrets.secretID), .optional("DryRun", .boolean)]

        static func decode(_ fields: Fields) throws(Fault) -> Input {
            Input(secretID: fields.text("SecretId") ?? "", isDry: fields.bool("DryRun") ?? false)
        }
        static func encode(_ output: Fields) -> Fields { output }
        static func find(_ input: Input, _ call: Call) throws -> Secrets.Subject {
            try Secrets.find(input.secretID, call)
        }

        static func asks(_ input: Input, _ subject: Secrets.Subject, _ call: Call) -> [Question] {
            [Secrets.question("undercroft:RepairRotation", subject, call)]
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let secret = try call.subject.require()
            defer { call.house.rotationBell.ring() }
            return try await call.changeSecret(touchesChanged: false) { draft, transaction in
                var duty = try RotationDuty(of: draft.row, transaction)
                guard let trouble = RotationTrouble(try SecretState(draft, like: secret), duty) else {
                    return ["ARN": .string(secret.arn), "Done": .bool(false), "Repair": "Nothing is in the way."]
                }
                if !call.input.isDry {
                    switch trouble.remedy {
                    case .retryNow: duty.item.due = call.now
                    case .removePending:
                        draft.labels.remove(Secrets.pending)
                        if duty.run == nil { duty.item.due = Rotation.due(draft) }
                    }
                    if draft.rotation != nil { try duty.save(transaction) }
                }
                return [
                    "ARN": .string(secret.arn), "Done": .bool(!call.input.isDry), "Trouble": .string(trouble.text),
                    "Repair": .string(trouble.repair),
                ]
            }
        }
    }
}
