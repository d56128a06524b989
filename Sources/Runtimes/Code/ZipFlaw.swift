package import Bytes

/// Why an archive is refused, in words for whoever made it.
package struct ZipFlaw: Error, Equatable, CustomStringConvertible {
    package let reason: Text
    package let isTooLarge: Bool

    init(_ reason: Text, isTooLarge: Bool = false) { (self.reason, self.isTooLarge) = (reason, isTooLarge) }

    package var description: String { reason.string }
}

/// What an unpacked function may be at most: Lambda's 250 MB, and as many files as an archive without extensions can hold.
package struct ZipLimits: Sendable {
    package var bytes = 250 << 20
    package var entries = 65_535

    package init() {}
}
