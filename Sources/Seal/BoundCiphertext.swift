/// A ciphertext and what it is bound to, side by side in memory: for whoever keeps thousands and opens them again and again.
package struct BoundCiphertext: Sendable {
    private let bytes: [UInt8]
    private let length: Int

    package init(_ sealed: Sealed, boundTo binding: Binding) {
        bytes = sealed.bytes + binding.bytes
        length = sealed.bytes.count
    }

    func withSpans<T, E: Error>(_ body: (_ sealed: RawSpan, _ binding: RawSpan) throws(E) -> T) throws(E) -> T {
        let all = unsafe bytes.span.bytes
        return try body(all.extracting(first: length), all.extracting(droppingFirst: length))
    }
}
