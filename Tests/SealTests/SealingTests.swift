import Bytes
import Primitives
import Seal
import Testing

struct SealingTests {
    private static let lengths = [0, 1, 15, 16, 17, 60, 1024, 70_000]
    private let key = WrappingKey(SecretBytes((0..<32).map { UInt8($0) }))

    /// Computed with pyca/cryptography from the format's description: key 00...1f, salt 40...4f, nonce 60...6b.
    @Test func opensKnownCiphertexts() throws {
        let message = try unhex(
            "01404142434445464748494a4b4c4d4e4f606162636465666768696a6b"
                + "f782623bcb2e9a48c716464cd684ac034fe9275c2d0ac2cd396853a1c19c7bbd1ba4ece2d6f7795109bd95cf")
        #expect(try key.open(Sealed(stored: message), boundTo: knownBinding).revealBytes() == knownText)
        let wrapped = try unhex(
            "02404142434445464748494a4b4c4d4e4f606162636465666768696a6b"
                + "76e333d6109006b530fc9751975ece5180f7de79871c9af9abc9d4691051229f6eca82b860307e16af0f85205a42c58c")
        let inner = try key.unwrap(Sealed(stored: wrapped), boundTo: knownBinding)
        let expected = WrappingKey(SecretBytes((0x80..<0xA0).map { UInt8($0) }))
        let probe = expected.seal(SecretBytes(knownText), boundTo: knownBinding)
        #expect(try inner.open(probe, boundTo: knownBinding).revealBytes() == knownText)
        let value = try unhex(
            "036dd3c7acd04ff79d60c7db467d0cf3f8a637332151a1135be1eedfe6f89ef89a1ab2fcf59799312d163417fd")
        let dataKey = DataKey(SecretBytes((0..<32).map { UInt8($0) }))
        #expect(try dataKey.open(Sealed(stored: value), boundTo: knownBinding).revealBytes() == knownText)
        #expect(dataKey.seal(SecretBytes(knownText), boundTo: knownBinding).bytes == value)
    }

    @Test(arguments: lengths)
    func wrappingKeyGivesBack(length: Int) throws {
        let secret = SecretBytes(pattern(length, 1))
        let sealed = key.seal(secret, boundTo: knownBinding)
        #expect(sealed.bytes.count == length + WrappingKey.overhead)
        #expect(try key.open(sealed, boundTo: knownBinding) == secret)
        #expect(key.seal(secret, boundTo: knownBinding) != sealed)
    }

    @Test(arguments: lengths)
    func dataKeyGivesBack(length: Int) throws {
        let secret = SecretBytes(pattern(length, 1))
        let fresh = DataKey.generate()
        let kept = fresh.key
        let sealed = fresh.seal(secret, boundTo: knownBinding)
        #expect(sealed.bytes.count == length + DataKey.overhead)
        #expect(try DataKey(kept).open(sealed, boundTo: knownBinding) == secret)
        #expect(throws: SealBroken.self) { try DataKey.generate().open(sealed, boundTo: knownBinding) }
    }

    /// One sealed thing of each form, and what tries to open it.
    private func forms() throws -> [(sealed: Sealed, open: (Sealed, Binding) throws(SealBroken) -> SecretBytes)] {
        let dataKeyBytes = SecretBytes(pattern(32, 9))
        return [
            (key.seal(SecretBytes(knownText), boundTo: knownBinding), key.open),
            (
                key.wrap(.generate(), boundTo: knownBinding),
                { [key] (sealed, binding) throws(SealBroken) in
                    _ = try key.unwrap(sealed, boundTo: binding)
                    return SecretBytes([])
                }
            ),
            (
                DataKey(dataKeyBytes).seal(SecretBytes(knownText), boundTo: knownBinding),
                { (sealed, binding) throws(SealBroken) in try DataKey(dataKeyBytes).open(sealed, boundTo: binding) }
            ),
        ]
    }

    @Test func everyEditIsFound() throws {
        for (sealed, open) in try forms() {
            _ = try open(sealed, knownBinding)
            for index in sealed.bytes.indices {
                for flip in [0x01, 0x02, 0x03, 0x80] as [UInt8] {
                    var bytes = sealed.bytes
                    bytes[index] ^= flip
                    #expect(throws: SealBroken.self) { try open(Sealed(stored: bytes), knownBinding) }
                }
            }
            for count in 0..<sealed.bytes.count {
                let short = Sealed(stored: Array(sealed.bytes.prefix(count)))
                #expect(throws: SealBroken.self) { try open(short, knownBinding) }
            }
            #expect(throws: SealBroken.self) { try open(Sealed(stored: sealed.bytes + [0]), knownBinding) }
        }
    }

    @Test func everyPartOfTheBindingCounts() throws {
        let others = [
            Binding("secret", ["000000000001", "eu-central-1", "arn:aws:x"]),
            Binding("secret value", ["000000000002", "eu-central-1", "arn:aws:x"]),
            Binding("secret value", ["000000000001", "eu-west-1", "arn:aws:x"]),
            Binding("secret value", ["000000000001", "eu-central-1", "arn:aws:y"]),
            Binding("secret value", ["eu-central-1", "000000000001", "arn:aws:x"]),
            Binding("secret value", ["000000000001", "eu-central-1"]),
            Binding("secret value", ["000000000001", "eu-central-1", "arn:aws:x", ""]),
            Binding("secret value", []),
        ]
        for (sealed, open) in try forms() {
            for other in others { #expect(throws: SealBroken.self) { try open(sealed, other) } }
        }
    }

    @Test func swappedCiphertextsDontOpen() throws {
        let first = Binding("secret value", ["a", "1"])
        let second = Binding("secret value", ["a", "2"])
        let sealed = [first, second].map { key.seal(SecretBytes(knownText), boundTo: $0) }
        #expect(try key.open(sealed[0], boundTo: first).revealBytes() == knownText)
        #expect(throws: SealBroken.self) { try key.open(sealed[0], boundTo: second) }
        #expect(throws: SealBroken.self) { try key.open(sealed[1], boundTo: first) }
        #expect(throws: SealBroken.self) { try WrappingKey.generate().open(sealed[0], boundTo: first) }
    }

    /// A wrapped key is no message and a message no wrapped key, even with the first byte changed.
    @Test func formsDontMix() throws {
        let message = key.seal(SecretBytes(pattern(32, 1)), boundTo: knownBinding)
        let wrapped = key.wrap(.generate(), boundTo: knownBinding)
        #expect(throws: SealBroken.self) { try key.unwrap(message, boundTo: knownBinding) }
        #expect(throws: SealBroken.self) { try key.open(wrapped, boundTo: knownBinding) }
        #expect(throws: SealBroken.self) {
            try key.unwrap(Sealed(stored: [2] + message.bytes.dropFirst()), boundTo: knownBinding)
        }
        #expect(throws: SealBroken.self) {
            try key.open(Sealed(stored: [1] + wrapped.bytes.dropFirst()), boundTo: knownBinding)
        }
    }

    @Test func wrongKeyLengthsStop() async {
        await #expect(processExitsWith: .failure) { _ = WrappingKey(SecretBytes([1, 2, 3])) }
        await #expect(processExitsWith: .failure) { _ = DataKey(SecretBytes([])) }
    }
}
