internal import Bytes
internal import Store
internal import Wire

/// Walks the secrets of an account and region in one order, page by page, keeping those that match.
struct SecretPages: Sendable {
    /// Rows looked at for one page at most. A page that finds less than it should comes with a token, as on AWS.
    private static let scanLimit = 20_000

    let place: Place
    var order = SecretListing.Order.created
    var isDescending = false
    var filters: [SecretFilter] = []
    var includesDeleted = false

    struct Page: Sendable {
        let secrets: [SecretState]
        let next: SecretCursor?
    }

    func page(after start: SecretCursor?, limit: Int, _ house: House) async throws -> Page {
        var found: [SecretState] = []
        var cursor = start
        var scanned = 0
        let pushed = filters.first { $0.namePrefixes != nil }
        let isFullyPushed = filters.count == (pushed == nil ? 0 : 1)
        while true {
            // One more than needed tells whether there is another page.
            let batch = isFullyPushed ? limit + 1 - found.count : 500
            let listing = SecretListing(
                place: place,
                order: order,
                descending: isDescending,
                after: cursor,
                namePrefixes: pushed?.namePrefixes ?? [],
                includeDeleted: includesDeleted,
                limit: batch
            )
            let rows = try await house.store.read { try $0.listSecrets(listing) }
            for row in rows {
                let secret = try SecretState(row)
                guard filters.allSatisfy({ $0.matches(secret) }) else {
                    cursor = SecretCursor(row, order: order)
                    continue
                }
                if found.count == limit { return Page(secrets: found, next: cursor) }
                found.append(secret)
                cursor = SecretCursor(row, order: order)
            }
            scanned += rows.count
            if rows.count < batch { return Page(secrets: found, next: nil) }
            if scanned >= Self.scanLimit { return Page(secrets: found, next: cursor) }
        }
    }

    /// Binds a token to the listing that it came from.
    var purpose: Text { "secrets \(place.account) \(place.region) \(order) \(isDescending)" }

    func close(_ cursor: SecretCursor?, _ house: House) -> Text? {
        cursor.map { cursor in
            let value = cursor.value.map { "\($0.milliseconds)" } ?? ""
            return PageToken.close([Text(value), cursor.name], for: purpose, house)
        }
    }

    func open(_ token: Text?, _ house: House) throws(Fault) -> SecretCursor? {
        guard let token else { return nil }
        let parts = try PageToken.open(token, for: purpose, house)
        guard parts.count == 2 else { throw .invalidNextToken }
        let value = Int64(parts[0].string).map { Timestamp(milliseconds: $0) }
        return SecretCursor(value: value, name: parts[1])
    }
}
