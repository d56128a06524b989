import Bytes
import Primitives
import Testing

@Suite(.enabled(if: Vectors.areHere, Vectors.absence))
struct WycheproofTests {
    @Test func aesGCM() throws {
        let tests = try Vectors.wycheproof("aes_gcm_test.json") { group in
            group.integer("ivSize") == 96 && group.integer("keySize") == 256 && group.integer("tagSize") == 128
        }
        #expect(tests.count >= 66)
        #expect(tests.contains { $0.isValid } && tests.contains { !$0.isValid })
        for test in tests {
            let key = try test.hex("key")
            let nonce = try test.hex("iv")
            let aad = try test.hex("aad")
            let message = try test.hex("msg")
            let sealed = try test.hex("ct") + test.hex("tag")
            let opened = AES256GCM.open(sealed, key: key, nonce: nonce, aad: aad)
            #expect(opened == (test.isValid ? message : nil), test.label)
            guard test.isValid else { continue }
            #expect(AES256GCM.seal(message, key: key, nonce: nonce, aad: aad) == sealed, test.label)
            let digest = try #require(Digest32(key))
            #expect(AES256GCM.seal(message, key: digest, nonce: nonce, aad: aad) == sealed, test.label)
            #expect(AES256GCM.open(sealed, key: digest, nonce: nonce, aad: aad) == message, test.label)
        }
    }

    @Test func hmacSHA256() throws {
        let tests = try Vectors.wycheproof("hmac_sha256_test.json")
        let full = try tests.filter { try $0.hex("tag").count == Digest32.length }
        #expect(full.count >= 87)
        #expect(full.contains { $0.isValid } && full.contains { !$0.isValid })
        for test in full {
            let code = HMACKey(try test.hex("key")).authenticate(try test.hex("msg"))
            #expect((try test.hex("tag") == code.bytes) == test.isValid, test.label)
        }
        // The shortened tags of the same codes: their first bytes.
        let short = try tests.filter { try $0.hex("tag").count == 16 }
        #expect(short.count >= 87)
        for test in short {
            let code = HMACKey(try test.hex("key")).authenticate(try test.hex("msg"))
            #expect((try test.hex("tag") == Array(code.bytes.prefix(16))) == test.isValid, test.label)
        }
    }

    @Test func hkdfSHA256() throws {
        let tests = try Vectors.wycheproof("hkdf_sha256_test.json")
        #expect(tests.count >= 86)
        for test in tests {
            let length = Int(try #require(test.integer("size")))
            // What this file calls invalid is output beyond the RFC's bound, which `derive` takes as a precondition.
            guard test.isValid else {
                #expect(length > HKDF.longest, test.label)
                continue
            }
            let derived = HKDF.derive(
                ikm: try test.hex("ikm"), salt: try test.hex("salt"), info: try test.hex("info"), length: length)
            #expect(derived == (try test.hex("okm")), test.label)
        }
    }
}
