internal import Bytes
internal import Seal
internal import Store
internal import Wire

/// An invocation of type Event that waits for its run, or for its next one. It lies in the store from before it is accepted
/// until it has succeeded or been given up.
struct FunctionEvent: Sendable {
    let reference: FunctionReference
    let requestID: Text
    let payload: [UInt8]
    let context: [UInt8]?
    let accepted: Timestamp
    private(set) var rev: Int64 = 1
    /// Runs that ended in an error.
    var failures: Int64 = 0
    /// Times that there was no room, or nothing to run it.
    var delays: Int64 = 0
    var due: Timestamp

    /// After the first and the second failure.
    private static let pauses: [Int64] = [60_000, 120_000]
    private static let longestWait: Int64 = 21_600_000
    /// On top of the function's own time: whoever claimed it and went is taken for dead after that.
    static let grace: Int64 = 60_000

    init(_ reference: FunctionReference, _ requestID: Text, _ payload: [UInt8], _ context: [UInt8]?, at now: Timestamp)
    {
        (self.reference, self.requestID, self.payload, self.context) = (reference, requestID, payload, context)
        (accepted, due) = (now, now)
    }

    init(_ item: Item, _ root: RootKey) throws {
        let body = try Fields(json: item.body)
        guard let sealed = body.storedBlob("sealed"), let name = body.text("name"),
            let accepted = body.storedTime("accepted")
        else { throw StoreError.corrupt("function-event \(item.key.id)") }
        let opened = try root.accountKey(item.key.place)
            .open(Sealed(stored: sealed), boundTo: Self.binding(item.key))
        let content = try Fields(json: opened.revealBytes())
        reference = FunctionReference(place: item.key.place, name: name, qualifier: body.text("qualifier"))
        requestID = item.key.id
        (payload, context) = (content.storedBlob("payload") ?? [], content.storedBlob("context"))
        (self.accepted, rev, due) = (accepted, item.rev, item.due ?? accepted)
        (failures, delays) = (body.integer("failures") ?? 0, body.integer("delays") ?? 0)
    }

    private static func binding(_ key: ItemKey) -> Binding {
        Binding("function-event", [key.place.account.text, key.place.region, key.id])
    }

    var key: ItemKey { ItemKey(place: reference.place, kind: FunctionRows.event, id: requestID) }

    func item(_ root: RootKey) -> Item {
        var content: Fields = ["payload": .blob(payload)]
        if let context { content.add("context", .blob(context)) }
        var plain = content.json
        let sealed = root.accountKey(reference.place)
            .seal(SecretBytes(taking: &plain), boundTo: Self.binding(key))
        var body: Fields = [
            "name": .string(reference.name), "accepted": .integer(accepted.milliseconds),
            "failures": .integer(failures), "delays": .integer(delays), "sealed": .blob(sealed.bytes),
        ]
        body.add("qualifier", reference.qualifier)
        return Item(key: key, due: due, rev: rev, body: body.json)
    }

    /// When it is to be run again; `nil` if it is given up.
    mutating func postpone(failed: Bool, at now: Timestamp) -> Timestamp? {
        if failed {
            failures += 1
            guard failures <= Int64(Self.pauses.count) else { return nil }
            due = now + Self.pauses[Int(failures) - 1]
            return due
        }
        guard now < accepted + Self.longestWait else { return nil }
        delays += 1
        due = now + Backoff.pause(first: 1000, doublings: delays, longest: 300_000)
        return due
    }
}
