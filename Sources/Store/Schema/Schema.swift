internal import Bytes

/// The migrations, numbered from 1 by their place in the list. Immutable once released and forward-only: a new one is appended.
///
/// `{text}`, `{bytes}`, `{int}` and `{options}` stand for what an engine's ``Dialect`` calls them. Text compares by bytes.
enum Schema {
    static let migrations: [[String]] = [initial, namesWithoutChanges]
    static var version: Int { migrations.count }

    /// Where the number of the last migration stands; made before the first one.
    static let versionTable = """
        CREATE TABLE IF NOT EXISTS schema_version (id {int} NOT NULL PRIMARY KEY, version {int} NOT NULL) {options}
        """
    static let versionSeed = Query("INSERT INTO schema_version (id, version) VALUES (1, 0) ON CONFLICT DO NOTHING")
    /// The row's lock keeps two nodes that start at once from migrating both.
    static let readVersion = Query("SELECT version FROM schema_version WHERE id = 1 {lock}")
    static let writeVersion = Query("UPDATE schema_version SET version = ?1 WHERE id = 1")
    static let raiseOpening = Query("UPDATE opening SET count = count + 1 WHERE id = 1")
    static let readOpening = Query("SELECT count FROM opening WHERE id = 1")

    private static let initial = [
        """
        CREATE TABLE item (
          account {text} NOT NULL, region {text} NOT NULL, kind {text} NOT NULL, id {text} NOT NULL,
          link {text}, due {int}, rev {int} NOT NULL, body {bytes} NOT NULL, tag {bytes} NOT NULL,
          PRIMARY KEY (account, region, kind, id)) {options}
        """,
        "CREATE INDEX item_link ON item (account, region, kind, link, id) WHERE link IS NOT NULL",
        "CREATE INDEX item_due ON item (kind, due, account, region, id) WHERE due IS NOT NULL",
        """
        CREATE TABLE secret (
          account {text} NOT NULL, region {text} NOT NULL, name {text} NOT NULL, suffix {text} NOT NULL,
          created {int} NOT NULL, changed {int} NOT NULL, accessed {int} NOT NULL, delete_after {int},
          rev {int} NOT NULL, body {bytes} NOT NULL, tag {bytes} NOT NULL,
          PRIMARY KEY (account, region, name)) {options}
        """,
        // Each covers what a listing filters and sorts by, so that a page reads no rows but its own.
        "CREATE INDEX secret_by_name ON secret (account, region, name, created, changed, accessed, delete_after)",
        "CREATE INDEX secret_by_created ON secret (account, region, created, name, delete_after)",
        "CREATE INDEX secret_by_changed ON secret (account, region, changed, name, delete_after)",
        "CREATE INDEX secret_by_accessed ON secret (account, region, accessed, name, delete_after)",
        """
        CREATE TABLE secret_count (
          account {text} NOT NULL, region {text} NOT NULL, total {int} NOT NULL, PRIMARY KEY (account, region)) {options}
        """,
        "CREATE INDEX secret_due ON secret (delete_after, account, region, name) WHERE delete_after IS NOT NULL",
        """
        CREATE TABLE version (
          account {text} NOT NULL, region {text} NOT NULL, name {text} NOT NULL, version_id {text} NOT NULL,
          created {int} NOT NULL, accessed {int}, sealed {bytes}, body {bytes} NOT NULL, tag {bytes} NOT NULL,
          PRIMARY KEY (account, region, name, version_id)) {options}
        """,
        """
        CREATE TABLE outbox (
          node {text} NOT NULL, seq {int} NOT NULL, body {bytes} NOT NULL, tag {bytes} NOT NULL,
          PRIMARY KEY (node, seq)) {options}
        """,
        "CREATE TABLE opening (id {int} NOT NULL PRIMARY KEY, count {int} NOT NULL) {options}",
        "INSERT INTO opening (id, count) VALUES (1, 0)",
        // What nodes tell each other through PostgreSQL. The embedded store has no other node and leaves them empty.
        "CREATE TABLE account_epoch (account {text} NOT NULL PRIMARY KEY, epoch {int} NOT NULL) {options}",
        """
        CREATE TABLE change (
          account {text} NOT NULL, epoch {int} NOT NULL, at {int} NOT NULL, keys {bytes} NOT NULL,
          PRIMARY KEY (account, epoch)) {options}
        """,
        "CREATE INDEX change_at ON change (at)",
    ]
}

extension Schema {
    /// An index that holds `changed` costs each new value of a secret one more page; one such index is enough. Listings of few
    /// names in that order look at the rows instead.
    private static let namesWithoutChanges = [
        "DROP INDEX secret_by_name",
        "CREATE INDEX secret_by_name ON secret (account, region, name, created, accessed, delete_after)",
    ]
}

/// How an engine spells the types. Kept apart from the verbs' SQL, which is the same for all.
struct Dialect: Sendable {
    let text: String
    let bytes: String
    let integer: String
    let options: String

    func fill(_ template: String) -> String {
        template.replacing("{text}", with: text).replacing("{bytes}", with: bytes).replacing("{int}", with: integer)
            .replacing("{options}", with: options)
    }
}

/// A connection that can be set up.
protocol SetUpConnection: Connection {
    static var dialect: Dialect { get }
    /// Runs SQL without arguments and without results.
    func run(_ sql: String) throws(StoreError)
    func begin() throws(StoreError)
    func commit() throws(StoreError)
    func rollback()
}

extension SetUpConnection {
    /// Brings the schema up to date and returns how often the store was opened, this time included.
    func setUp() throws(StoreError) -> Int64 {
        try run(Self.dialect.fill(Schema.versionTable))
        try begin()
        do throws(StoreError) {
            _ = try execute(Schema.versionSeed, [])
            let found = try number(Schema.readVersion)
            guard found <= Schema.version else { throw StoreError.newerSchema(found: found, known: Schema.version) }
            for migration in Schema.migrations.dropFirst(max(0, found)) {
                for statement in migration { try run(Self.dialect.fill(statement)) }
            }
            if found < Schema.version { _ = try execute(Schema.writeVersion, [.integer(Schema.version)]) }
            _ = try execute(Schema.raiseOpening, [])
            let opening = try number(Schema.readOpening)
            try commit()
            return Int64(opening)
        } catch {
            rollback()
            throw error
        }
    }

    private func number(_ query: Query) throws(StoreError) -> Int {
        var number = 0
        try select(query, []) { columns in number = Int(columns.integer(0)) }
        return number
    }
}
