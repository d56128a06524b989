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

    @Test(arguments: [
        ("hmac_sha256_test.json", Hash.sha256), ("hmac_sha384_test.json", .sha384), ("hmac_sha512_test.json", .sha512),
    ])
    func hmac(file: String, hash: Hash) throws {
        let tests = try Vectors.wycheproof(file).filter { try $0.hex("tag").count == hash.length }
        #expect(tests.count >= 87)
        for test in tests {
            let code = hash.authenticate(try test.hex("msg"), key: try test.hex("key"))
            #expect((try test.hex("tag") == code) == test.isValid, test.label)
        }
    }

    @Test(arguments: [
        ("ecdsa_secp256r1_sha256_test.json", KeyPairs.Scheme.ecdsa(.sha256), Hash.sha256),
        ("ecdsa_secp384r1_sha384_test.json", .ecdsa(.sha384), .sha384),
        ("ecdsa_secp521r1_sha512_test.json", .ecdsa(.sha512), .sha512),
        ("rsa_pss_2048_sha256_mgf1_32_test.json", .pss(.sha256), .sha256),
        ("rsa_signature_2048_sha256_test.json", .pkcs1(.sha256), .sha256),
    ])
    func signatures(file: String, scheme: KeyPairs.Scheme, hash: Hash) throws {
        var (valid, invalid) = (0, 0)
        for (group, tests) in try Vectors.wycheproofGroups(file) {
            let key = try group.hex("publicKeyDer")
            // Legacy forms that a verifier may take or leave.
            for test in tests where test.text("result") != "acceptable" {
                let digest = hash.digest(try test.hex("msg"))
                let isValid = KeyPairs.verify(try test.hex("sig"), of: digest, scheme, publicKey: key)
                #expect(isValid == test.isValid, test.label)
                if test.isValid { valid += 1 } else { invalid += 1 }
            }
        }
        #expect(valid >= 7 && invalid >= 40)
    }

    @Test func rsaOAEP() throws {
        var count = 0
        for (group, tests) in try Vectors.wycheproofGroups("rsa_oaep_2048_sha256_mgf1sha256_test.json") {
            let key = try group.hex("privateKeyPkcs8")
            for test in tests where test.text("label") == "" {
                let opened = KeyPairs.open(try test.hex("ct"), .sha256, privateKey: key)
                #expect(opened == (test.isValid ? try test.hex("msg") : nil), test.label)
                count += 1
            }
        }
        #expect(count >= 20)
    }

    @Test func aesKeyWrapWithPadding() throws {
        let tests = try Vectors.wycheproof("aes_kwp_test.json") { $0.integer("keySize") == 256 }
        #expect(tests.count >= 60)
        for test in tests {
            let opened = AES256KeyWrap.open(try test.hex("ct"), key: try test.hex("key"))
            #expect(opened == (test.isValid ? try test.hex("msg") : nil), test.label)
        }
    }
}
