internal import CPlatform
internal import Primitives

/// Plaintext or a key. It prints as a placeholder, can't be encoded, compares in constant time, and its memory is wiped when
/// the last copy of this value goes (copies share it).
@safe
package struct SecretBytes: @unchecked Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    // INVARIANT: filled in `init(count:guarded:filling:)`, before anyone else can hold it; only read after that.
    private let storage: ManagedBuffer<SecretHeader, UInt8>

    /// Copies; the source stays as it is. See ``init(taking:)``.
    package init(_ bytes: [UInt8]) { self.init(copying: bytes, guarded: false) }

    /// Copies, then overwrites `bytes` with zeros in place. A source that is shared keeps its other owners' copy.
    package init(taking bytes: inout [UInt8]) {
        self.init(copying: bytes, guarded: false)
        unsafe bytes.withUnsafeMutableBytes { unsafe up_wipe($0.baseAddress, $0.count) }
    }

    /// For keys that live long: locked memory between inaccessible pages, absent from core files and forked children.
    package init(guarded bytes: [UInt8]) { self.init(copying: bytes, guarded: true) }

    private init(copying bytes: [UInt8], guarded: Bool) {
        unsafe self.init(count: bytes.count, guarded: guarded) { target in unsafe target.copyBytes(from: bytes) }
    }

    /// What was lent.
    init(copying span: RawSpan, guarded: Bool) {
        self = unsafe span.withUnsafeBytes { source in
            unsafe SecretBytes(count: source.count, guarded: guarded) { target in
                unsafe target.copyMemory(from: source)
            }
        }
    }

    /// `fill` writes all `count` bytes, straight to where they stay.
    @unsafe init<E: Error>(
        count: Int, guarded: Bool, filling fill: (UnsafeMutableRawBufferPointer) throws(E) -> Void
    ) throws(E) {
        let made = SecretStorage.make(count: count, guarded: guarded)
        try unsafe fill(SecretBytes.bytes(of: made))
        storage = made
    }

    /// From the kernel's generator.
    package static func random(_ count: Int) -> SecretBytes { random(count, guarded: false) }

    static func random(_ count: Int, guarded: Bool) -> SecretBytes {
        unsafe SecretBytes(count: count, guarded: guarded) { target in unsafe Random.fill(target) }
    }

    /// The same bytes in guarded memory.
    func guarded() -> SecretBytes {
        reveal { SecretBytes(copying: copy $0, guarded: true) }
    }

    package var count: Int { storage.header.count }

    /// Lends the bytes. Whatever `body` copies out of them is no longer wiped by anyone.
    package func reveal<T, E: Error>(_ body: (borrowing RawSpan) throws(E) -> T) throws(E) -> T {
        defer { extendLifetime(storage) }
        return try unsafe body(RawSpan(_unsafeBytes: UnsafeRawBufferPointer(SecretBytes.bytes(of: storage))))
    }

    /// As ``reveal(_:)``, for writers of bytes.
    package func revealed<T, E: Error>(_ body: (borrowing Span<UInt8>) throws(E) -> T) throws(E) -> T {
        defer { extendLifetime(storage) }
        return try unsafe body(Span(_unsafeBytes: UnsafeRawBufferPointer(SecretBytes.bytes(of: storage))))
    }

    /// A plain copy, for the moment it is written into a reply.
    package func revealBytes() -> [UInt8] {
        reveal { span in unsafe span.withUnsafeBytes { unsafe [UInt8]($0) } }
    }

    private static func bytes(of storage: ManagedBuffer<SecretHeader, UInt8>) -> UnsafeMutableRawBufferPointer {
        unsafe storage.withUnsafeMutablePointers { header, elements in
            let start = unsafe header.pointee.slot ?? UnsafeMutableRawPointer(elements)
            return unsafe UnsafeMutableRawBufferPointer(start: start, count: header.pointee.count)
        }
    }

    /// Takes the same time wherever the bytes differ; lengths are not secret.
    package static func == (a: SecretBytes, b: SecretBytes) -> Bool {
        a.reveal { first in b.reveal { second in constantTimeEqual(first, second) } }
    }

    package var description: String { "‹secret›" }
    package var debugDescription: String { "‹secret›" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
