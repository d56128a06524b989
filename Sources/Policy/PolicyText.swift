package import Bytes
package import Synchronization

/// The text that a document was compiled from: one object for each compiled document, so that what is found out about it is
/// found out once.
package final class PolicyText: Sendable {
    package let bytes: [UInt8]
    private let known = Mutex<Text?>(nil)
    /// Whoever keeps a copy of the text, by a number of its own; 0 is nobody.
    package let keeper = Atomic<UInt64>(0)

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// - Parameter make: of ``bytes``; called once.
    package func digest(_ make: ([UInt8]) -> Text) -> Text {
        known.withLock { known in
            if let known { return known }
            let made = make(bytes)
            known = made
            return made
        }
    }
}

extension PolicyText: Hashable {
    package static func == (a: PolicyText, b: PolicyText) -> Bool { a === b || a.bytes == b.bytes }
    package func hash(into hasher: inout Hasher) { hasher.combine(bytes) }
}
