internal import Bytes
internal import Store
internal import Wire

/// An event on its way to whom the operator named: EventBridge's envelope around a record of what the service did by itself.
///
/// It is written in the transaction of what it tells of, and stays until it was taken.
struct Announcement: Sendable {
    static let kind: Text = "announcement"
    /// As long as EventBridge tries.
    static let longest: Int64 = 86_400_000

    private(set) var item: Item
    let envelope: [UInt8]
    let made: Timestamp
    private var attempts: Int64

    /// - Parameter record: of type AwsServiceEvent.
    init(_ record: [UInt8], _ api: API, id: Text, in place: Place, at now: Timestamp) {
        var out = ByteBuilder(capacity: record.count + 300)
        out.append(#"{"version":"0","id":"#)
        out.append(jsonString: id)
        out.append(#","detail-type":"AWS Service Event via CloudTrail","source":"aws."#)
        out.append(api.name)
        out.append(#"","account":""#)
        out.append(place.account.text)
        out.append(#"","time":""#)
        out.append(iso8601: now)
        out.append(#"","region":"#)
        out.append(jsonString: place.region)
        out.append(#","resources":[],"detail":"#)
        out.append(record)
        out.append("}")
        (envelope, made, attempts) = (out.bytes, now, 0)
        item = Item(key: ItemKey(place: place, kind: Self.kind, id: id), due: now, body: [])
        item.body = body
    }

    init(_ item: Item) throws {
        let body = try Fields(json: item.body)
        guard let envelope = body.text("envelope"), let made = body.storedTime("made") else {
            throw StoreError.corrupt("announcement \(item.key.id)")
        }
        (self.item, self.envelope, self.made) = (item, envelope.bytes, made)
        attempts = body.integer("attempts") ?? 0
    }

    var isFirstAttempt: Bool { attempts == 0 }

    private var body: [UInt8] {
        let fields: Fields = [
            "envelope": .string(Text(decoding: envelope[...])), "made": .integer(made.milliseconds),
            "attempts": .integer(attempts),
        ]
        return fields.json
    }

    /// False once it has been tried for ``longest``. The waits are 1, 2, 4 … 300 seconds.
    mutating func postpone(at now: Timestamp) -> Bool {
        guard now < made + Self.longest else { return false }
        attempts += 1
        item.due = now + Backoff.pause(first: 1000, doublings: attempts - 1, longest: 300_000)
        item.body = body
        return true
    }
}
