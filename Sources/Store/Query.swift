internal import Bytes
internal import Synchronization

/// One SQL text for both engines.
///
/// Parameters are `?1`, `?2` … (on PostgreSQL `$1` …). `{lock}` locks the row on PostgreSQL; SQLite has one writer anyway.
/// `{by index}` holds SQLite to an index, because without statistics it guesses; PostgreSQL has statistics.
final class Query: Sendable {
    let sqlite: String
    let postgres: String

    init(_ template: String) {
        sqlite = Query.fill(template) { $0.hasPrefix("by ") ? "INDEXED BY \($0.dropFirst(3))" : "" }
        postgres = Query.fill(template) { $0 == "lock" ? "FOR UPDATE" : "" }.replacing("?", with: "$")
    }

    private static func fill(_ template: String, _ value: (Substring) -> String) -> String {
        var out = ""
        var rest = template[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            out += rest[..<open]
            out += value(rest[rest.index(after: open)..<close])
            rest = rest[rest.index(after: close)...]
        }
        return out + rest
    }

    private static let known = Mutex<[String: Query]>([:])

    /// The same object for the same text, so that connections find their prepared statement. For texts of a bounded number
    /// of shapes only: nothing is ever forgotten.
    static func shared(_ template: String) -> Query {
        known.withLock { known in
            if let query = known[template] { return query }
            let query = Query(template)
            known[template] = query
            return query
        }
    }
}

/// A statement's argument.
enum Value: Sendable {
    case null
    case integer(Int64)
    case text(Text)
    case bytes([UInt8])

    static func integer(_ value: Int) -> Value { .integer(Int64(value)) }
    static func time(_ value: Timestamp) -> Value { .integer(value.milliseconds) }
    static func time(_ value: Timestamp?) -> Value { value.map(time) ?? .null }
    static func text(_ value: Text?) -> Value { value.map(text) ?? .null }
    static func place(_ place: Place) -> [Value] { [.text(place.account.text), .text(place.region)] }
}

/// The row a statement stands on. Columns count from 0.
///
/// Reading never fails: a value of another type or no UTF-8 reads as something else, and then the row's tag does not fit.
protocol Columns {
    func isNull(_ column: Int32) -> Bool
    func integer(_ column: Int32) -> Int64
    func text(_ column: Int32) -> Text
    func bytes(_ column: Int32) -> [UInt8]
}

extension Columns {
    func time(_ column: Int32) -> Timestamp { Timestamp(milliseconds: integer(column)) }
    func optionalTime(_ column: Int32) -> Timestamp? { isNull(column) ? nil : time(column) }
    func optionalText(_ column: Int32) -> Text? { isNull(column) ? nil : text(column) }

    /// `nil` when the column holds no account's id.
    func account(_ column: Int32) -> AccountID? {
        let stored = text(column)
        return stored == AccountID.none.text ? AccountID.none : AccountID(stored)
    }
}

/// What an engine offers to the verbs, on one thread, inside one transaction.
protocol Connection: AnyObject {
    func select(
        _ query: Query,
        _ values: [Value],
        _ each: (any Columns) throws(StoreError) -> Void
    ) throws(StoreError)

    /// The number of rows changed.
    func execute(_ query: Query, _ values: [Value]) throws(StoreError) -> Int

    /// Deletes rows that are no secret: what they leave behind need not be overwritten.
    func discard(_ query: Query, _ values: [Value]) throws(StoreError)
}

extension Connection {
    func discard(_ query: Query, _ values: [Value]) throws(StoreError) { _ = try execute(query, values) }
}
