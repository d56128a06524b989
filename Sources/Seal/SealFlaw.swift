/// Why the root key can't be had, in the operator's words: what is wrong and what to do next. Never key bytes.
package struct SealFlaw: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Reason: Sendable, Equatable {
        case missing
        case alreadyThere
        case unreadable
        case unwritable
        /// Others may read or change the file.
        case exposed
        /// The file belongs to someone else.
        case foreign
        /// Cut short, or not what it should be.
        case damaged
        /// Written by a newer program.
        case tooNew
        /// The seal does not open with this key file or passphrase.
        case wrongKey
        /// The seal was made in another way, or its opener could not be had.
        case notOffered
        /// A passphrase or a cost that this program refuses.
        case unacceptable
    }

    package let reason: Reason
    package let description: String

    package init(_ reason: Reason, _ description: String) {
        self.reason = reason
        self.description = description
    }
}
