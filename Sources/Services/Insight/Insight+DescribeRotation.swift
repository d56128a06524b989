internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Insight {
    /// How the rotation of one secret stands: what is under way, the last attempts, and what is in the way if something is.
    enum DescribeRotation: WriteOperation {
        static let name: Text = "DescribeRotation"
        static let api = API.insight
        static let quota = Insight.quota
        static let isReadOnly = true
        static let input: Structure = [.required("SecretId", Secrets.secretID)]

        static func decode(_ fields: Fields) throws(Fault) -> Text { fields.text("SecretId") ?? "" }
        static func encode(_ output: Fields) -> Fields { output }
        static func find(_ input: Text, _ call: Call) throws -> Secrets.Subject { try Secrets.find(input, call) }

        static func asks(_ input: Text, _ subject: Secrets.Subject, _ call: Call) -> [Question] {
            [Secrets.question("undercroft:DescribeRotation", subject, call)]
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let secret = try call.subject.requireAny()
            let (place, name) = (secret.row.place, secret.name)
            let (item, rehearsal, flights, readers) = try await call.house.store.read { snapshot in
                (
                    try snapshot.item(RotationDuty.key(name, in: place)),
                    try snapshot.item(RehearsalDuty.key(name, in: place)),
                    try RotationFlight.all(of: name, in: place, snapshot),
                    try secret.draft.waitHours.map { _ in try SecretReaders(of: secret.draft, snapshot) }
                )
            }
            let duty = try item.map { try RotationDuty($0) }.flatMap { $0.suffix == secret.row.suffix ? $0 : nil }
            var fields = secret.identity.fields
            secret.draft.rotation?.add(to: &fields)
            fields.add("PendingVersionId", secret.labels[Secrets.pending])
            if let run = duty?.run {
                var shown: Fields = [
                    "Kind": .string(run.kind.rawValue), "VersionId": .string(run.token), "Began": .timestamp(run.began),
                    "Attempts": .integer(Int64(run.attempts)),
                ]
                shown.add("Step", run.step?.rawValue)
                shown.add("Failure", run.failure)
                shown.add("Holder", duty?.holder)
                fields.add("Run", .structure(shown))
            }
            fields.add("Due", duty?.item.due)
            if let rehearsal, let duty = try? RehearsalDuty(rehearsal), duty.suffix == secret.row.suffix {
                fields.add("Rehearsal", .structure(duty.shown))
            }
            if let hours = secret.draft.waitHours, let readers {
                fields.add("WaitHours", hours)
                fields.add("Readers", readers.shown)
                if duty?.run == nil {
                    fields.add("WaitsUntil", RotationWait.end(secret.draft, readers, at: call.now))
                }
            }
            let trouble = RotationTrouble(secret, duty)
            fields.add("Trouble", trouble?.text)
            fields.add("Repair", trouble?.repair)
            fields.add("Attempts", .list(flights.map { .structure($0) }))
            return fields
        }
    }
}

/// What keeps a secret from being rotated, and the one thing that mends it.
struct RotationTrouble: Sendable {
    enum Remedy: Sendable { case retryNow, removePending }

    let text: Text
    let repair: Text
    let remedy: Remedy

    /// `nil` if nothing is wrong.
    init?(_ secret: SecretState, _ duty: RotationDuty?) {
        let pending = secret.labels[Secrets.pending].flatMap { $0 == secret.labels[Secrets.current] ? nil : $0 }
        if let run = duty?.run, let failure = run.failure, duty?.holder == nil {
            text =
                "Version \(run.token) is stuck in \(run.step?.rawValue ?? "createSecret") after \(run.attempts) attempts: \(failure). AWSCURRENT is as it was."
            repair = "Mend the cause, then try again at once instead of when it is due."
            remedy = .retryNow
        } else if let pending, duty?.run?.token != pending {
            text =
                "Version \(pending) holds AWSPENDING, and no rotation is at work on it: it blocks every rotation of this secret."
            repair = "Take AWSPENDING off that version. Its value, if it has one, stays until it is collected."
            remedy = .removePending
        } else {
            return nil
        }
    }
}
