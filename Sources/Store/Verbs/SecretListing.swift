package import Bytes

/// Which secrets, in which order, from where on.
package struct SecretListing: Sendable {
    package enum Order: Sendable, Hashable { case created, changed, accessed, name }

    package var place: Place
    package var order: Order
    /// Secrets that were never read come before all others in ascending order of `accessed`.
    package var descending: Bool
    /// The listing goes on strictly behind it, whatever was inserted or deleted meanwhile.
    package var after: SecretCursor?
    /// Any of them; empty: all. Byte-exact.
    package var namePrefixes: [Text]
    /// Those scheduled for deletion too.
    package var includeDeleted: Bool
    package var limit: Int

    package init(
        place: Place,
        order: Order = .created,
        descending: Bool = false,
        after: SecretCursor? = nil,
        namePrefixes: [Text] = [],
        includeDeleted: Bool = false,
        limit: Int
    ) {
        self.place = place
        self.order = order
        self.descending = descending
        self.after = after
        self.namePrefixes = namePrefixes
        self.includeDeleted = includeDeleted
        self.limit = limit
    }
}

/// Where a page ended: the last row's value in the listing's order, and its name.
package struct SecretCursor: Sendable, Hashable {
    /// `nil` in the order of names, and for a secret never read in the order of `accessed`.
    package var value: Timestamp?
    package var name: Text

    package init(value: Timestamp?, name: Text) {
        self.value = value
        self.name = name
    }

    package init(_ row: SecretRow, order: SecretListing.Order) {
        name = row.name
        value =
            switch order {
            case .created: row.created
            case .changed: row.changed
            case .accessed: row.accessed
            case .name: nil
            }
    }
}
