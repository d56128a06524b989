internal import Bytes

/// The SQL of one listing: names and sort values from a covering index, then the rows by primary key.
///
/// Two plans. Few names in the ranges: read them all by the index by name and keep the first of them (top-N). Many: walk the
/// index of the order from the cursor on, passing over names outside the ranges; they are dense enough that the walk is short.
struct ListingQuery {
    enum Plan { case ranges, order }

    private(set) var template = ""
    private(set) var values: [Value]
    private let listing: SecretListing
    private let ranges: [NameRange]

    init(_ listing: SecretListing, _ ranges: [NameRange], _ plan: Plan, limit: Int) {
        self.listing = listing
        self.ranges = ranges
        values = Value.place(listing.place)
        let limit = parameter(.integer(limit))
        let inner = plan == .order ? orderWalk(limit) : rangeReads(limit)
        template = """
            SELECT p.sort, p.name, s.suffix, s.created, s.changed, s.accessed, s.delete_after, s.rev, s.body, s.tag \
            FROM (\(inner)) AS p CROSS JOIN secret AS s \
            WHERE s.account = ?1 AND s.region = ?2 AND s.name = p.name ORDER BY \(orderBy("p.sort", "p.name"))
            """
    }

    /// Counts the names in the ranges, up to `most`.
    static func count(_ place: Place, _ ranges: [NameRange], upTo most: Int) -> (template: String, values: [Value]) {
        var query = ListingQuery(SecretListing(place: place, order: .name, limit: most), ranges)
        let limit = query.parameter(.integer(most))
        let reads = ranges.map { range in
            "SELECT 1 AS one FROM secret {by secret_by_name} WHERE \(query.base) AND \(query.inRange(range))"
        }
        return ("SELECT COUNT(*) FROM (\(reads.joined(separator: " UNION ALL ")) LIMIT \(limit)) AS n", query.values)
    }

    private init(_ listing: SecretListing, _ ranges: [NameRange]) {
        self.listing = listing
        self.ranges = ranges
        values = Value.place(listing.place)
    }

    private let base = "account = ?1 AND region = ?2"

    private mutating func parameter(_ value: Value) -> String {
        values.append(value)
        return "?\(values.count)"
    }

    private mutating func orderWalk(_ limit: String) -> String {
        let names = ranges.map { "(\(inRange($0)))" }.joined(separator: " OR ")
        let filter = names.isEmpty ? "" : " AND (\(names))"
        return """
            SELECT \(column) AS sort, name FROM secret {by \(index)} WHERE \(base)\(filter)\(undeleted)\(behindCursor()) \
            ORDER BY \(orderBy(column, "name")) LIMIT \(limit)
            """
    }

    private mutating func rangeReads(_ limit: String) -> String {
        let behind = behindCursor()
        let reads = ranges.map { range in
            """
            SELECT \(column) AS sort, name FROM secret {by secret_by_name} \
            WHERE \(base) AND \(inRange(range))\(undeleted)\(behind)
            """
        }
        let all = reads.joined(separator: " UNION ALL ")
        return "SELECT sort, name FROM (\(all)) AS r ORDER BY \(orderBy("sort", "name")) LIMIT \(limit)"
    }

    private mutating func inRange(_ range: NameRange) -> String {
        let from = "name >= \(parameter(.text(range.first)))"
        return range.end.map { "\(from) AND name < \(parameter(.text($0)))" } ?? from
    }

    private mutating func behindCursor() -> String {
        guard let cursor = listing.after else { return "" }
        let sign = listing.descending ? "<" : ">"
        let name = parameter(.text(cursor.name))
        if listing.order == .name { return " AND name \(sign) \(name)" }
        let value = parameter(.integer(SecretRow.accessedColumn(cursor.value)))
        return " AND (\(column), name) \(sign) (\(value), \(name))"
    }

    private var undeleted: String { listing.includeDeleted ? "" : " AND delete_after IS NULL" }

    private func orderBy(_ value: String, _ name: String) -> String {
        let direction = listing.descending ? "DESC" : "ASC"
        return listing.order == .name ? "\(name) \(direction)" : "\(value) \(direction), \(name) \(direction)"
    }

    /// In the order of names there is no value to sort by; 0 keeps the shape.
    private var column: String {
        switch listing.order {
        case .created: "created"
        case .changed: "changed"
        case .accessed: "accessed"
        case .name: "created"
        }
    }

    private var index: String {
        switch listing.order {
        case .created: "secret_by_created"
        case .changed: "secret_by_changed"
        case .accessed: "secret_by_accessed"
        case .name: "secret_by_name"
        }
    }
}
