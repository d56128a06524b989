import Bytes
import Primitives
import Testing

struct KeyDerivationTests {
    /// Lengths of key, label and context, all patterns; computed with pyca/cryptography's KBKDFHMAC (counter before the
    /// fixed data, 32-bit counter and length).
    @Test(arguments: KBKDFTable.cases)
    func kbkdf(key: Int, label: Int, context: Int, expected: String) throws {
        let mac = HMACKey(pattern(key, 1))
        let derived = KBKDF.derive(key: mac, label: pattern(label, 2), context: pattern(context, 3))
        #expect(derived.bytes == (try unhex(expected)))
        let lent = unsafe KBKDF.withDerivedKey(
            key: mac, label: pattern(label, 2), context: pattern(context, 3).span.bytes
        ) { span in
            unsafe span.withUnsafeBytes { unsafe [UInt8]($0) }
        }
        #expect(lent == derived.bytes)
    }

    /// RFC 7914 section 12; its fourth example wants 1 GiB.
    @Test(
        arguments: [
            (
                "", "", 16, 1, 1,
                "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
                    + "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906"
            ),
            (
                "password", "NaCl", 1024, 8, 16,
                "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
                    + "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640"
            ),
            (
                "pleaseletmein", "SodiumChloride", 16384, 8, 1,
                "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
                    + "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887"
            ),
        ] as [(String, String, UInt64, UInt64, UInt64, String)])
    func scrypt(passphrase: String, salt: String, n: UInt64, r: UInt64, p: UInt64, expected: String) throws {
        let key = Scrypt.derive(
            passphrase: Array(passphrase.utf8), salt: Array(salt.utf8), n: n, r: r, p: p, length: 64)
        #expect(key == (try unhex(expected)))
    }

    @Test(
        arguments: [
            (0, 8, 1), (1, 8, 1), (3, 8, 1), (16, 0, 1), (16, 8, 0), (1 << 62, 8, 1), (16, 1 << 60, 1),
            (16, 8, 1 << 60),
            (.max, .max, .max),
        ] as [(UInt64, UInt64, UInt64)])
    func scryptRefuses(n: UInt64, r: UInt64, p: UInt64) {
        #expect(Scrypt.derive(passphrase: [1], salt: [2], n: n, r: r, p: p, length: 32) == nil)
    }

    @Test func hkdfBeyondItsBoundStops() async {
        await #expect(processExitsWith: .failure) {
            _ = HKDF.derive(ikm: [1], salt: [], info: [], length: HKDF.longest + 1)
        }
        #expect(HKDF.derive(ikm: [1], salt: [], info: [], length: HKDF.longest).count == HKDF.longest)
        #expect(HKDF.derive(ikm: [1], salt: [], info: [], length: 0).isEmpty)
    }
}

enum KBKDFTable {
    static let cases: [(Int, Int, Int, String)] = [
        (32, 0, 0, "8c2543e40f299db2d0342d1133072bce9cdc9f8c18ad4d8b865797f88d2da7f6"),
        (32, 1, 0, "7d739698bbfd48a2c903577ac647f0cd20ab10058afe2a1a3d26d1231c629365"),
        (32, 0, 1, "ad82dddf8ad3ebdbdfa208182d062356a83077b159db9c49c43b3baf4c1b2397"),
        (32, 19, 16, "7804e6d54e35dd6c03434cb722b5f3290d5379f8ae82e6b9234d74808d92bd4e"),
        (16, 7, 32, "961cb5fb09ca89fdf14b681bd851e1b8aba557b0f5bfbfd4ac3147566859cbb7"),
        (64, 40, 55, "0e18c1fc87cd95cbe48e59cb12bb5175582dbd6dfcae971d294536fdc7a9a7e7"),
        (65, 3, 64, "db977b8ffa0cd893d237528097b4ff5a05b9f372740589dd3eb05c56246eec66"),
        (32, 55, 9, "033b8c4b48050083c40c6cb2bd3287fedc57005fe499772ef8993e192858d8f5"),
        (32, 100, 200, "ec1eab53f0add92a0d2a59cff903568c06a3cc2deec754d271ab34ca8aac2801"),
        (131, 11, 13, "3218fe7f89aa3f07698f17665c73289126a0873a89dfe586303d37d99f77ac68"),
        (1, 64, 64, "ff83d534eec8bab73b260b3f2cdb44d70ad08031f3e2079fa4aa79d90767cb13"),
        (128, 5, 1000, "a96f76c2de910de67c5823db0d024134a035e541f88b87b56daf1670390d0b57"),
    ]
}
