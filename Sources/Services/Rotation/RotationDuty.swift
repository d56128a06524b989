internal import Bytes
internal import Store
internal import Wire

/// The row that says when the engine has to look after a secret, and what it is in the middle of.
///
/// Its due time is the schedule, the retry, and, while a node works on it, the lease: a node that dies lets it lapse. Its revision
/// is the fence: whoever was overtaken can't write any more.
struct RotationDuty: Sendable {
    static let kind: Text = "rotation"

    var item: Item
    /// Of the secret: another one of the same name has another suffix.
    let suffix: Text
    var run: RotationRun?
    /// The node that works on it.
    var holder: Text?
    /// The due time whose waiting for the secret's readers is in the trail already.
    var announced: Timestamp?
    private var isNew = false

    init(_ item: Item) throws {
        self.item = item
        let body = try Fields(json: item.body)
        guard let suffix = body.text("suffix") else { throw StoreError.corrupt("rotation \(item.key.id)") }
        self.suffix = suffix
        run = body.fields("run").flatMap { RotationRun($0) }
        holder = body.text("holder")
        announced = body.storedTime("announced")
    }

    /// The secret's, or a new one. What an earlier secret of that name left is overwritten.
    init(of row: SecretRow, _ transaction: borrowing Transaction) throws {
        let found = try transaction.item(Self.key(row.name, in: row.place))
        if let found, let duty = try? RotationDuty(found), duty.suffix == row.suffix {
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

    private var encoded: Item {
        var body: Fields = ["suffix": .string(suffix)]
        if let run { body.add("run", .structure(run.fields)) }
        body.add("holder", holder)
        if let announced { body.add("announced", .integer(announced.milliseconds)) }
        var item = item
        item.body = body.json
        return item
    }

    /// Writes it. Throws `conflict` if somebody else has meanwhile.
    mutating func save(_ transaction: borrowing Transaction) throws {
        item = encoded
        try transaction.write(&item, isNew: &isNew)
    }
}

extension Transaction {
    /// Puts off what is due, for as long as whoever claims it may need; `nil` if it is not due, or no longer there.
    borrowing func claim(_ key: ItemKey, at now: Timestamp, until: Timestamp) throws(StoreError) -> Item? {
        guard var item = try item(key), let due = item.due, due <= now else { return nil }
        item.due = until
        item.rev = try update(item)
        return item
    }

    /// Throws `conflict` if somebody else has written it meanwhile.
    borrowing func write(_ item: inout Item, isNew: inout Bool) throws(StoreError) {
        if isNew {
            guard try insert(item) else { throw StoreError.conflict }
            isNew = false
        } else {
            item.rev = try update(item)
        }
    }
}
