import Bytes
import Primitives
import Seal
import Testing

struct RootKeyTests {
    private let root = RootKey.generate()
    private let secret = SecretBytes(knownText)

    @Test func everyPlaceHasItsKey() throws {
        let home = try Place("000000000001", "eu-central-1")
        let sealed = root.accountKey(home).seal(secret, boundTo: knownBinding)
        #expect(try root.accountKey(home).open(sealed, boundTo: knownBinding) == secret)
        for other in [
            try Place("000000000002", "eu-central-1"), try Place("000000000001", "eu-west-1"),
            try Place("000000000001", ""),
        ] {
            #expect(throws: SealBroken.self) { try root.accountKey(other).open(sealed, boundTo: knownBinding) }
        }
        #expect(throws: SealBroken.self) {
            try RootKey.generate().accountKey(home).open(sealed, boundTo: knownBinding)
        }
    }

    @Test func keysOutliveTheCache() throws {
        let home = try Place("000000000001", "eu-central-1")
        let sealed = root.accountKey(home).seal(secret, boundTo: knownBinding)
        for number in 0..<3000 { _ = root.accountKey(try Place("000000000001", "region-\(number)")) }
        #expect(try root.accountKey(home).open(sealed, boundTo: knownBinding) == secret)
    }

    @Test func subkeysAreApart() throws {
        let sealed = root.subkey("session token").seal(secret, boundTo: knownBinding)
        #expect(try root.subkey("session token").open(sealed, boundTo: knownBinding) == secret)
        #expect(throws: SealBroken.self) { try root.subkey("page token").open(sealed, boundTo: knownBinding) }
        let probe = Array("probe".utf8)
        let codes = ["a", "b", "rows"].map { root.derive(label: $0).authenticate(probe) }
        #expect(Set(codes).count == 3)
        #expect(root.derive(label: "a").authenticate(probe) == codes[0])
        #expect(root.fingerprint != RootKey.generate().fingerprint)
    }

    @Test func rowsAreTagged() {
        let row = Array("label AWSCURRENT".utf8)
        let tag = root.rows.tag(knownBinding, row)
        #expect(tag.count == 32)
        #expect(root.rows.verify(tag, identity: knownBinding, content: row))
        for index in tag.indices {
            var other = tag
            other[index] ^= 1
            #expect(!root.rows.verify(other, identity: knownBinding, content: row))
        }
        for index in row.indices {
            var other = row
            other[index] ^= 1
            #expect(!root.rows.verify(tag, identity: knownBinding, content: other))
        }
        #expect(!root.rows.verify(tag, identity: Binding("row", ["other"]), content: row))
        #expect(!root.rows.verify(tag, identity: knownBinding, content: row + [0]))
        #expect(!root.rows.verify(tag, identity: knownBinding, content: []))
        #expect(!root.rows.verify([], identity: knownBinding, content: row))
        #expect(!root.rows.verify(tag + [0], identity: knownBinding, content: row))
        #expect(!RootKey.generate().rows.verify(tag, identity: knownBinding, content: row))
    }

    /// Content can't pose as a part of the identity.
    @Test func identityAndContentDontRunTogether() {
        let tag = root.rows.tag(Binding("row", ["a"]), Array("bc".utf8))
        #expect(!root.rows.verify(tag, identity: Binding("row", ["ab"]), content: Array("c".utf8)))
        #expect(!root.rows.verify(tag, identity: Binding("row", ["a", "bc"]), content: []))
    }
}
