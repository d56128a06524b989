internal import CPlatform

/// Time depends on the lengths alone, never on the content.
package func constantTimeEqual(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    unsafe constantTimeEqual(a.span.bytes, b.span.bytes)
}

package func constantTimeEqual(_ a: RawSpan, _ b: RawSpan) -> Bool {
    guard a.byteCount == b.byteCount else { return false }
    return unsafe a.withUnsafeBytes { a in
        unsafe b.withUnsafeBytes { b in unsafe up_equal(a.baseAddress, b.baseAddress, a.count) == 1 }
    }
}

package func constantTimeEqual(_ a: Digest32, _ b: Digest32) -> Bool { a == b }
