import Primitives
import Testing

struct DigestTests {
    /// FIPS 180-4 examples.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrst"
                + "nopqrstu",
            "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
        ),
    ])
    func examples(message: String, expected: String) {
        let bytes = Array(message.utf8)
        #expect(String(decoding: SHA256.hash(bytes).hexBytes, as: UTF8.self) == expected)
        unsafe #expect(SHA256.hash(bytes.span.bytes) == SHA256.hash(bytes))
    }

    @Test func aMillionLetters() {
        let digest = SHA256.hash([UInt8](repeating: 0x61, count: 1_000_000))
        let expected = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        #expect(String(decoding: digest.hexBytes, as: UTF8.self) == expected)
    }

    @Test func piecesHashAsTheWhole() {
        let message = pattern(200, 5)
        for cut in 0...message.count {
            var stream = SHA256Stream()
            stream.update(Array(message[..<cut]))
            var branch = stream
            stream.update(Array(message[cut...]))
            #expect(stream.finish() == SHA256.hash(message))
            // Finished means new; the copy went its own way.
            #expect(stream.finish() == SHA256.hash([]))
            #expect(branch.finish() == SHA256.hash(Array(message[..<cut])))
        }
    }

    @Test func digestKeepsItsBytes() throws {
        let bytes = pattern(32, 9)
        let digest = try #require(Digest32(bytes))
        #expect(digest.bytes == bytes)
        #expect(try unhex(String(decoding: digest.hexBytes, as: UTF8.self)) == bytes)
        #expect(Digest32(Array(bytes.dropLast())) == nil)
        #expect(Digest32(bytes + [0]) == nil)
    }

    @Test func everyByteCountsInComparison() throws {
        let bytes = pattern(32, 1)
        let digest = try #require(Digest32(bytes))
        #expect(constantTimeEqual(digest, digest) && constantTimeEqual(bytes, bytes) && constantTimeEqual([], []))
        for index in bytes.indices {
            var other = bytes
            other[index] ^= 0x80
            #expect(try #require(Digest32(other)) != digest)
            #expect(!constantTimeEqual(other, bytes))
        }
        #expect(!constantTimeEqual(bytes, Array(bytes.dropLast())))
        #expect(!constantTimeEqual([], [0]))
    }

    @Test func digestDoesNotPrintItself() throws {
        let digest = try #require(Digest32([UInt8](repeating: 0x41, count: 32)))
        var dumped = ""
        dump(digest, to: &dumped)
        for text in [String(describing: digest), String(reflecting: digest), "\([digest])", dumped] {
            #expect(!text.contains("4141") && !text.contains("65") && !text.contains("AAAA"))
        }
    }
}
