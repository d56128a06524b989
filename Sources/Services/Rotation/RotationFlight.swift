internal import Bytes
internal import Store
internal import Wire

/// The flight recorder's page of one attempt: its steps, their times, and what went wrong.
struct RotationFlight: Sendable {
    static let kind: Text = "rotation-flight"
    /// Attempts that are kept of a secret.
    private static let kept = 20

    enum End: Text, Sendable {
        case succeeded = "succeeded"
        case failed = "failed"
    }

    struct Entry: Sendable {
        /// A rotation's step, or what a rehearsal does around them.
        let step: Text
        let began: Timestamp
        let milliseconds: Int64
        let failure: RotationFailure?
    }

    let place: Place
    let name: Text
    /// `rotation`, `test` or `rehearsal`.
    let kind: Text
    let token: Text
    let function: Text
    let node: Text
    let attempt: Int
    let began: Timestamp
    private(set) var entries: [Entry] = []
    private(set) var outcome: End?
    private(set) var ended: Timestamp?
    var retryAt: Timestamp?

    init(_ claim: RotationTurn.Claim, node: Text, at now: Timestamp) {
        (place, name) = (claim.duty.place, claim.duty.name)
        (kind, token, attempt) = (claim.run.kind.rawValue, claim.run.token, claim.run.attempts)
        (function, self.node, began) = (claim.function, node, now)
    }

    init(_ claim: RehearsalTurn.Claim, node: Text, at now: Timestamp) {
        (place, name) = (claim.duty.place, claim.duty.name)
        (kind, token, attempt) = ("rehearsal", claim.run.id, 1)
        (function, self.node, began) = (claim.run.function, node, now)
    }

    mutating func add(_ step: Text, began: Timestamp, ended: Timestamp, _ failure: RotationFailure?) {
        entries.append(
            Entry(
                step: step, began: began, milliseconds: ended.milliseconds - began.milliseconds, failure: failure))
    }

    /// Whatever failed first.
    var failed: Entry? { entries.first { $0.failure != nil } }

    mutating func end(_ outcome: End, at now: Timestamp) { (self.outcome, ended) = (outcome, now) }

    /// As people and programs see it.
    var fields: Fields {
        var fields: Fields = [
            "Kind": .string(kind), "VersionId": .string(token), "Function": .string(function),
            "Node": .string(node), "Attempt": .integer(Int64(attempt)), "Began": .timestamp(began),
            "Steps": .list(
                entries.map { entry in
                    var step: Fields = [
                        "Step": .string(entry.step), "Began": .timestamp(entry.began),
                        "Milliseconds": .integer(entry.milliseconds),
                    ]
                    step.add("ErrorType", entry.failure?.kind)
                    step.add("ErrorMessage", entry.failure?.message)
                    return .structure(step)
                }),
        ]
        fields.add("Outcome", outcome?.rawValue)
        fields.add("Ended", ended)
        fields.add("RetryAt", retryAt)
        return fields
    }

    /// Ids sort by time: a secret's name has no `|`.
    private func key(_ number: Text) -> ItemKey { ItemKey(place: place, kind: Self.kind, id: "\(name)|\(number)") }

    func save(_ transaction: borrowing Transaction) throws {
        let number: Text = "\(Text(began.milliseconds, digits: 15))-\(attempt)"
        let item = Item(key: key(number), link: name, body: fields.json)
        guard try transaction.insert(item) else { return }
        let all = try transaction.items(place, kind: Self.kind, link: name, after: nil, limit: Self.kept * 2)
        for old in all.dropLast(Self.kept) { try transaction.delete(old.key) }
    }

    /// The last attempts, oldest first, as ``fields`` has them.
    static func all(of name: Text, in place: Place, _ snapshot: borrowing Snapshot) throws -> [Fields] {
        try snapshot.items(place, kind: kind, link: name, after: nil, limit: kept * 2).map { try Fields(json: $0.body) }
    }

    static func forget(_ name: Text, in place: Place, _ transaction: borrowing Transaction) throws {
        for item in try transaction.items(place, kind: kind, link: name, after: nil, limit: kept * 2) {
            try transaction.delete(item.key)
        }
    }
}
