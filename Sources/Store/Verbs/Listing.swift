internal import Bytes

extension StoreReader where Self: ~Copyable {
    /// At most `limit` rows; fewer only at the end. A damaged row is left out and reported.
    package borrowing func listSecrets(_ listing: SecretListing) throws(StoreError) -> [SecretRow] {
        try session.list(listing)
    }
}

extension Session {
    fileprivate func list(_ listing: SecretListing) throws(StoreError) -> [SecretRow] {
        guard listing.limit > 0 else { return [] }
        var listing = listing
        let ranges = NameRange.covering(listing.namePrefixes)
        let plan = try plan(listing, ranges)
        var page = Page<SecretRow, SecretCursor>(limit: listing.limit, after: listing.after)
        while page.isOpen {
            listing.after = page.after
            let query = ListingQuery(listing, ranges, plan, limit: page.missing)
            page.begin()
            try connection.select(Query.shared(query.template), query.values) { columns in
                let row = SecretRow(listing.place, columns.text(1), columns, from: 2)
                // Where the index says that it stands: a damaged row must not lead the walk astray.
                let position = SecretCursor(value: columns.time(0), name: columns.text(1))
                page.add(sifted(row, columns.bytes(9), row.label), at: position)
            }
        }
        return page.rows
    }

    private func plan(_ listing: SecretListing, _ ranges: [NameRange]) throws(StoreError) -> ListingQuery.Plan {
        guard !ranges.isEmpty else { return .order }
        // In the order of names a single range is a stretch of the very index that is walked.
        if listing.order == .name, ranges.count == 1 { return .order }
        // The index by name does not hold `changed`: each name costs a look at its row.
        let fewNames = listing.order == .changed ? ground.options.fewNames / 4 : ground.options.fewNames
        let (template, values) = ListingQuery.count(listing.place, ranges, upTo: fewNames + 1)
        return try count(Query.shared(template), values) <= fewNames ? .ranges : .order
    }
}
