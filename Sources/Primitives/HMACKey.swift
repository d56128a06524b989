internal import CPlatform

/// An HMAC-SHA-256 key, prepared so that a message costs its own blocks and two more, and no allocation.
///
/// It lives in locked, guarded memory and is wiped when the last reference goes.
@safe
package final class HMACKey: @unchecked Sendable {
    // INVARIANT: written once in `init`, before anyone else can hold the object; only read until `deinit`.
    private let prepared: UnsafeMutablePointer<up_hmac_key>

    /// Any length; keys of more than 64 bytes are hashed first, as RFC 2104 says.
    package convenience init(_ key: [UInt8]) { unsafe self.init(key.span.bytes) }

    package init(_ key: RawSpan) {
        unsafe prepared = HMACKey.emptySlot()
        unsafe key.withUnsafeBytes { unsafe up_hmac_prepare(prepared, $0.baseAddress, $0.count) }
    }

    package init(_ key: Digest32) {
        unsafe prepared = HMACKey.emptySlot()
        key.withBytes { key in
            unsafe key.withUnsafeBytes { unsafe up_hmac_prepare(prepared, $0.baseAddress, $0.count) }
        }
    }

    private static func emptySlot() -> UnsafeMutablePointer<up_hmac_key> {
        guard let slot = unsafe up_arena_take(MemoryLayout<up_hmac_key>.size) else {
            preconditionFailure("no memory for a key")
        }
        return unsafe slot.bindMemory(to: up_hmac_key.self, capacity: 1)
    }

    deinit { unsafe up_arena_give(prepared, MemoryLayout<up_hmac_key>.size) }

    package func authenticate(_ bytes: [UInt8]) -> Digest32 { unsafe authenticate(bytes.span.bytes) }

    package func authenticate(_ span: RawSpan) -> Digest32 {
        unsafe span.withUnsafeBytes { message in
            unsafe Digest32(writing: { unsafe up_hmac(prepared, message.baseAddress, message.count, nil, 0, $0) })
        }
    }

    /// The code of `first` followed by `second`. The caller sees to it that no other pair makes the same run of bytes.
    package func authenticate(_ first: RawSpan, _ second: RawSpan) -> Digest32 {
        unsafe first.withUnsafeBytes { head in
            unsafe second.withUnsafeBytes { tail in
                unsafe Digest32(writing: {
                    unsafe up_hmac(prepared, head.baseAddress, head.count, tail.baseAddress, tail.count, $0)
                })
            }
        }
    }

    /// SP 800-108's block for this key, written to 32 bytes at `target`.
    @unsafe func deriveBlock(label: RawSpan, context: RawSpan, to target: UnsafeMutableRawPointer) {
        unsafe label.withUnsafeBytes { label in
            unsafe context.withUnsafeBytes { context in
                unsafe up_kbkdf(
                    prepared, label.baseAddress, label.count, context.baseAddress, context.count, target)
            }
        }
    }
}
