import Primitives
import Testing

/// HMAC, AES-256-GCM and chance beyond what the vectors ask.
struct MessageTests {
    @Test func everyWayToAuthenticateAgrees() throws {
        let message = pattern(150, 4)
        for length in [0, 1, 32, 63, 64, 65, 200] {
            let key = HMACKey(pattern(length, 6))
            let code = key.authenticate(message)
            unsafe #expect(key.authenticate(message.span.bytes) == code)
            for cut in [0, 1, 63, 64, 65, 150] {
                let head = Array(message[..<cut])
                let tail = Array(message[cut...])
                unsafe #expect(key.authenticate(head.span.bytes, tail.span.bytes) == code)
            }
            #expect(HMACKey(pattern(length + 1, 6)).authenticate(message) != code)
        }
        let digest = SHA256.hash(message)
        #expect(HMACKey(digest).authenticate(message) == HMACKey(digest.bytes).authenticate(message))
    }

    @Test func gcmRefusesWrongLengths() {
        let key = pattern(32, 1)
        let nonce = pattern(12, 2)
        let sealed = AES256GCM.seal([1, 2, 3], key: key, nonce: nonce, aad: [])
        #expect(AES256GCM.open(sealed, key: key, nonce: nonce, aad: []) == [1, 2, 3])
        #expect(AES256GCM.open(sealed, key: pattern(31, 1), nonce: nonce, aad: []) == nil)
        #expect(AES256GCM.open(sealed, key: pattern(16, 1), nonce: nonce, aad: []) == nil)
        #expect(AES256GCM.open(sealed, key: key + [0], nonce: nonce, aad: []) == nil)
        #expect(AES256GCM.open(sealed, key: key, nonce: pattern(11, 2), aad: []) == nil)
        #expect(AES256GCM.open(sealed, key: key, nonce: nonce + [0], aad: []) == nil)
        #expect(AES256GCM.open(sealed, key: key, nonce: nonce, aad: [0]) == nil)
        for count in 0..<sealed.count {
            #expect(AES256GCM.open(Array(sealed.prefix(count)), key: key, nonce: nonce, aad: []) == nil)
        }
    }

    @Test func gcmLeavesNothingOfAForgery() {
        let key = pattern(32, 1)
        let nonce = pattern(12, 2)
        var sealed = AES256GCM.seal(pattern(100, 3), key: key, nonce: nonce, aad: [])
        sealed[0] ^= 1
        var target = [UInt8](repeating: 0xEE, count: 100)
        let isOpen = unsafe target.withUnsafeMutableBytes { target in
            unsafe AES256GCM.open(
                sealed.span.bytes, key: key.span.bytes, nonce: nonce.span.bytes, aad: [UInt8]().span.bytes, into: target
            )
        }
        #expect(!isOpen)
        #expect(target == [UInt8](repeating: 0, count: 100))
    }

    /// Each thread has a cipher context of its own: keys must not cross.
    @Test func gcmOnManyThreads() async {
        await withTaskGroup(of: Int.self) { group in
            for worker in 0..<16 {
                group.addTask {
                    let key = pattern(32, worker)
                    return (0..<300).count { round in
                        let nonce = pattern(12, round)
                        let sealed = AES256GCM.seal(pattern(round, worker), key: key, nonce: nonce, aad: [1])
                        return AES256GCM.open(sealed, key: key, nonce: nonce, aad: [1]) == pattern(round, worker)
                    }
                }
            }
            #expect(await group.reduce(0, +) == 16 * 300)
        }
    }

    @Test func chanceDiffersAndFills() {
        #expect(Random.bytes(0).isEmpty)
        #expect(Random.bytes(32) != Random.bytes(32))
        // A byte left unfilled would be the same value (zero, mostly) in every draw.
        let draws = (0..<40).map { _ in Random.bytes(1000) }
        for index in 0..<1000 { #expect(Set(draws.map { $0[index] }).count > 1) }
    }
}
