internal import CPlatform

/// FIPS 180-4. No allocation.
package enum SHA256 {
    package static func hash(_ bytes: [UInt8]) -> Digest32 {
        unsafe bytes.withUnsafeBytes { unsafe hash(buffer: $0) }
    }

    package static func hash(_ span: RawSpan) -> Digest32 {
        unsafe span.withUnsafeBytes { unsafe hash(buffer: $0) }
    }

    package static func hash(_ bytes: ArraySlice<UInt8>) -> Digest32 {
        unsafe bytes.withUnsafeBytes { unsafe hash(buffer: $0) }
    }

    private static func hash(buffer: UnsafeRawBufferPointer) -> Digest32 {
        unsafe Digest32(writing: { target in unsafe up_sha256(buffer.baseAddress, buffer.count, target) })
    }
}

/// A hash fed in pieces, for chains and long inputs. A copy continues independently.
package struct SHA256Stream: Sendable {
    private var state = up_sha256_state()

    package init() { unsafe up_sha256_begin(&state) }

    package mutating func update(_ bytes: [UInt8]) {
        unsafe bytes.withUnsafeBytes { unsafe up_sha256_add(&state, $0.baseAddress, $0.count) }
    }

    package mutating func update(_ span: RawSpan) {
        unsafe span.withUnsafeBytes { unsafe up_sha256_add(&state, $0.baseAddress, $0.count) }
    }

    /// The hash of everything fed so far; the stream is as new afterwards.
    package mutating func finish() -> Digest32 {
        let digest = unsafe Digest32(writing: { target in unsafe up_sha256_end(&state, target) })
        unsafe up_sha256_begin(&state)
        return digest
    }
}
