/// A 12-digit AWS account id.
package struct AccountID: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let text: Text

    /// `nil` unless twelve ASCII digits.
    package init?(_ text: Text) {
        guard text.utf8.count == 12, text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
        self.text = text
    }

    private init(unchecked text: Text) { self.text = text }

    /// Rows that belong to no account, such as the index from access key ids to accounts. No principal ever has this id.
    package static let none = AccountID(unchecked: "-")

    package var description: String { text.string }
    package static func < (a: AccountID, b: AccountID) -> Bool { a.text < b.text }
}

/// An account and a region: what every name, key, quota and ciphertext belongs to.
package struct Place: Sendable, Hashable {
    package var account: AccountID
    /// Empty for what is global within an account (IAM).
    package var region: Text

    package init(account: AccountID, region: Text) {
        self.account = account
        self.region = region
    }
}
