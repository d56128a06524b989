internal import Primitives

/// Tags for rows that are not secret but whose tampering would grant access: policies, credentials, labels, dates.
package struct RowAuthenticator: Sendable {
    private let key: HMACKey

    init(key: HMACKey) { self.key = key }

    /// 32 bytes over the row's identity and its content.
    package func tag(_ identity: Binding, _ content: [UInt8]) -> [UInt8] { digest(identity, content).bytes }

    /// Constant time in where the tag differs.
    package func verify(_ tag: [UInt8], identity: Binding, content: [UInt8]) -> Bool {
        guard let claimed = Digest32(tag) else { return false }
        return constantTimeEqual(claimed, digest(identity, content))
    }

    /// No binding begins another, so identity and content can't be cut apart in a second way.
    private func digest(_ identity: Binding, _ content: [UInt8]) -> Digest32 {
        unsafe key.authenticate(identity.bytes.span.bytes, content.span.bytes)
    }
}
