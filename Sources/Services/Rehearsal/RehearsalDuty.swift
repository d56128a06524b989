internal import Bytes
internal import Store
internal import Wire

/// The row of a secret that is rehearsed: the one under way, and the schedule if there is one.
///
/// As with ``RotationDuty``, its due time is the schedule or the lease, and its revision the fence.
struct RehearsalDuty: Sendable {
    static let kind: Text = "rehearsal"

    struct Options: Sendable, Equatable {
        /// The secret's own, if `nil`.
        var function: Text?
        /// The secret of a user who may make users.
        var admin: Text?
        /// The secret whose value is used instead.
        var valueFrom: Text?
    }

    struct Plan: Sendable {
        let rules: RotationRules
        let options: Options
    }

    /// One rehearsal. All that it makes is named before it is made, so that whoever comes after a crash finds it.
    struct Run: Sendable {
        enum Phase: Text, Sendable {
            case asked = "asked"
            case begun = "begun"
            /// All but the cleaning up.
            case over = "over"
        }

        let id: Text
        /// Name of the copy of the secret.
        let shadow: Text
        /// Name of the user made for it.
        let user: Text
        let function: Text
        let options: Options
        let began: Timestamp
        var phase = Phase.asked
        /// Attempts at cleaning up.
        var sweeps: Int64 = 0
    }

    var item: Item
    /// Of the secret: another one of the same name has another suffix.
    let suffix: Text
    var plan: Plan?
    var run: Run?
    /// The node that works on it.
    var holder: Text?
    private var isNew = false

    init(_ item: Item) throws {
        self.item = item
        let body = try Fields(json: item.body)
        guard let suffix = body.text("suffix") else { throw StoreError.corrupt("rehearsal \(item.key.id)") }
        self.suffix = suffix
        plan = body.fields("plan").flatMap { Plan($0) }
        run = body.fields("run").flatMap { Run($0) }
        holder = body.text("holder")
    }

    /// The secret's, or a new one. What an earlier secret of that name left is overwritten once it is over.
    init(of row: SecretRow, _ transaction: borrowing Transaction) throws {
        let found = try transaction.item(Self.key(row.name, in: row.place))
        if let found, let duty = try? RehearsalDuty(found), duty.suffix == row.suffix || duty.run != nil {
            self = duty
            return
        }
        suffix = row.suffix
        isNew = found == nil
        item = found ?? Item(key: Self.key(row.name, in: row.place), body: [])
    }

    static func key(_ name: Text, in place: Place) -> ItemKey { ItemKey(place: place, kind: kind, id: name) }

    var name: Text { item.key.id }
    var place: Place { item.key.place }

    /// When the schedule wants the next one; `nil` without a schedule.
    func next(after now: Timestamp) -> Timestamp? {
        plan.map { $0.rules.instant(in: $0.rules.window(after: now), spread: Rotation.spread(name)) }
    }

    private var encoded: Item {
        var body: Fields = ["suffix": .string(suffix)]
        if let plan { body.add("plan", .structure(plan.fields)) }
        if let run { body.add("run", .structure(run.fields)) }
        body.add("holder", holder)
        var item = item
        item.body = body.json
        return item
    }

    /// Writes it; without a run and a schedule, it goes. Throws `conflict` if somebody else has meanwhile.
    mutating func save(_ transaction: borrowing Transaction) throws {
        guard run != nil || plan != nil else {
            if !isNew { item.rev = try transaction.update(item) }
            _ = try transaction.delete(item.key)
            isNew = true
            return
        }
        item = encoded
        try transaction.write(&item, isNew: &isNew)
    }
}
