import Bytes
import Foundation
import Primitives
import Seal
import Testing

/// What is left in memory once a secret is gone: nothing, without the allocator's help.
@Suite(.serialized)
struct WipeTests {
    private let inverted = [0x3C] + Random.bytes(31)

    /// The marker, wiped where it was assembled.
    private func marker(guarded: Bool = false) -> SecretBytes {
        var bytes = [UInt8](repeating: 0, count: inverted.count)
        for index in bytes.indices { bytes[index] = ~inverted[index] }
        guard guarded else { return SecretBytes(taking: &bytes) }
        defer { _ = SecretBytes(taking: &bytes) }
        return SecretBytes(guarded: bytes)
    }

    private func count(while body: () throws -> SecretBytes?) rethrows -> Int {
        let held = try body()
        return withExtendedLifetime(held) { occurrences(ofInverted: inverted) }
    }

    @Test(arguments: [false, true])
    func aSecretLeavesWithItsLastHolder(isGuarded: Bool) {
        #expect(count { marker(guarded: isGuarded) } == 1)
        #expect(count { nil } == 0)
    }

    /// An array that grew on the way, as JSON and strings do: the heap overwrites what it gets back.
    @Test(arguments: [0, 8, 1000, 40_000]) func ordinaryCopiesLeaveToo(padding: Int) {
        func work() -> Int {
            var copies: [[UInt8]] = []
            for _ in 0..<4 {
                var copy = [UInt8](repeating: 0x20, count: padding)
                marker().reveal { span in
                    for offset in 0..<span.byteCount {
                        copy.append(unsafe span.unsafeLoad(fromByteOffset: offset, as: UInt8.self))
                    }
                }
                copies.append(copy)
            }
            return withExtendedLifetime(copies) { occurrences(ofInverted: inverted) }
        }
        #expect(work() >= 4)
        #expect(count { nil } == 0)
    }

    @Test func anOpenedMessageLeaves() throws {
        let key = WrappingKey.generate()
        let sealed = key.seal(marker(), boundTo: knownBinding)
        #expect(count { nil } == 0)
        #expect(try count { try key.open(sealed, boundTo: knownBinding) } == 1)
        #expect(count { nil } == 0)
    }

    /// The cipher context of the thread would keep it otherwise.
    @Test func aDataKeyLeaves() throws {
        func work() throws {
            let sealed = DataKey(marker()).seal(SecretBytes(knownText), boundTo: knownBinding)
            #expect(try DataKey(marker()).open(sealed, boundTo: knownBinding).revealBytes() == knownText)
        }
        try work()
        #expect(count { nil } == 0)
    }

    @Test func aWrappingKeyLeaves() throws {
        func work() throws -> Int {
            let key = WrappingKey(marker())
            let sealed = key.seal(SecretBytes(knownText), boundTo: knownBinding)
            _ = try key.open(sealed, boundTo: knownBinding)
            let outer = WrappingKey.generate()
            _ = try outer.unwrap(outer.wrap(key, boundTo: knownBinding), boundTo: knownBinding)
            return withExtendedLifetime(key) { occurrences(ofInverted: inverted) }
        }
        #expect(try work() == 1)
        #expect(count { nil } == 0)
    }

    /// Neither the digits of a key file, made or read, nor the key they spell.
    @Test func aKeyFileLeaves() throws {
        let folder = try Folder()
        for round in ["made", "read"] {
            let root = try SealFile.create(at: "\(folder.path)/\(round).json", method: .keyFile(path: folder.key))
            let digits = try invertedContent(of: folder.key).prefix(64)
            #expect(occurrences(ofInverted: Array(digits)) == 0, "\(round)")
            let key = stride(from: 0, to: 64, by: 2).map { index -> UInt8 in
                let high = Hex.value(of: ~digits[index]) ?? 0
                let low = Hex.value(of: ~digits[index + 1]) ?? 0
                return ~(high << 4 | low)
            }
            #expect(withExtendedLifetime(root) { occurrences(ofInverted: key) } == 0, "\(round)")
        }
    }

    /// Read into one buffer and inverted there.
    private func invertedContent(of path: String) throws -> [UInt8] {
        var content = [UInt8](repeating: 0, count: 65)
        let file = unsafe Glibc.open(path, O_RDONLY)
        defer { close(file) }
        try #require(unsafe Glibc.read(file, &content, content.count) == content.count)
        for index in content.indices { content[index] = ~content[index] }
        return content
    }

    /// Read after it was given back: the arena's pages stay mapped, and its free slots hold one link each.
    @Test func aFreedSlotIsBlank() throws {
        func freedSlot() -> UInt {
            let secret = SecretBytes(guarded: [UInt8](repeating: 0xAB, count: 200))
            return secret.reveal { span in unsafe span.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) } }
        }
        let slot = try unsafe #require(UnsafeRawPointer(bitPattern: freedSlot()))
        let rest = unsafe UnsafeRawBufferPointer(start: slot + 8, count: 192)
        unsafe #expect(rest.count(where: { $0 == 0xAB }) == 0)
    }
}
