import Bytes
import Foundation
import Primitives
import Seal
import Testing

struct SealFileTests {
    private let folder: Folder

    init() throws { folder = try Folder() }

    private func open() throws(SealFlaw) -> RootKey {
        try SealFile.open(at: folder.seal) { _ in .keyFile(path: folder.key) }
    }

    private func create() throws(SealFlaw) -> RootKey {
        try SealFile.create(at: folder.seal, method: .keyFile(path: folder.key))
    }

    private func flaw(_ body: () throws -> Void) throws -> SealFlaw {
        let flaw = try #require(throws: SealFlaw.self) { try body() }
        // Words for the operator: which file, never what is in it.
        #expect(!flaw.description.isEmpty)
        if let key = FileManager.default.contents(atPath: folder.key), key.count > 20 {
            #expect(!flaw.description.contains(String(decoding: key.prefix(20), as: UTF8.self)))
        }
        return flaw
    }

    @Test func keyFileOpensWhatItSealed() throws {
        let root = try create()
        #expect(try open().fingerprint == root.fingerprint)
        #expect(try SealFile.kind(at: folder.seal) == .keyFile(path: folder.key))
        // Neither drafts nor open files stay behind.
        #expect(try folder.names == ["root.key", "seal.json"])
        #expect(try folder.mode(folder.key) == 0o600)
        #expect(try folder.mode(folder.seal) == 0o600)
        let key = try folder.read(folder.key)
        #expect(key.count == 65 && key.last == 0x0A)
        let seal = String(decoding: try folder.read(folder.seal), as: UTF8.self)
        #expect(!seal.contains(String(decoding: key.dropLast(), as: UTF8.self)))
    }

    @Test func oneKeyFileMaySealTwoStores() throws {
        let root = try create()
        let second = folder.path + "/second.json"
        let other = try SealFile.create(at: second, method: .keyFile(path: folder.key))
        #expect(root.fingerprint != other.fingerprint)
        #expect(try open().fingerprint == root.fingerprint)
        #expect(try SealFile.open(at: second) { _ in .keyFile(path: folder.key) }.fingerprint == other.fingerprint)
    }

    @Test func passphraseOpensWhatItSealed() throws {
        let right = SecretBytes(Array("correct horse".utf8))
        let root = try SealFile.create(at: folder.seal, method: .passphrase(right))
        #expect(try SealFile.kind(at: folder.seal) == .passphrase)
        #expect(String(decoding: try folder.read(folder.seal), as: UTF8.self).contains(#""n":131072"#))
        #expect(try SealFile.open(at: folder.seal) { _ in .passphrase(right) }.fingerprint == root.fingerprint)
        let wrong = try flaw {
            _ = try SealFile.open(at: folder.seal) { _ in .passphrase(SecretBytes(Array("correct horsf".utf8))) }
        }
        #expect(wrong.reason == .wrongKey)
        #expect(!wrong.description.contains("hors"))
        let key = try flaw { _ = try open() }
        #expect(key.reason == .notOffered)
    }

    @Test func opensKnownSeals() throws {
        try folder.write(Array((0x20..<0x40).map { Hex.encode([UInt8($0)]).string }.joined().utf8), to: folder.key)
        try folder.write(Array(KnownSeal.byKeyFile.utf8), to: folder.seal)
        let root = try open()
        #expect(root.fingerprint.bytes == (try unhex(KnownSeal.fingerprint)))
        #expect(root.rows.tag(knownBinding, Array("content".utf8)) == (try unhex(KnownSeal.rowTag)))
        let opened = try root.accountKey(try Place("000000000001", "eu-central-1"))
            .open(Sealed(stored: try unhex(KnownSeal.accountMessage)), boundTo: knownBinding)
        #expect(opened.revealBytes() == knownText)
        try folder.write(Array(KnownSeal.byPassphrase.utf8), to: folder.seal)
        let again = try SealFile.open(at: folder.seal) { _ in .passphrase(SecretBytes(Array("correct horse".utf8))) }
        #expect(again.fingerprint == root.fingerprint)
    }

    @Test func everyTruncationIsRefused() throws {
        _ = try create()
        let whole = try folder.read(folder.seal)
        for count in 0..<(whole.count - 1) {
            try folder.write(Array(whole.prefix(count)), to: folder.seal)
            #expect(try flaw { _ = try open() }.reason == .damaged)
        }
    }

    @Test func noEditGivesAnotherKey() throws {
        let root = try create()
        let whole = try folder.read(folder.seal)
        var refusals = 0
        for index in whole.indices {
            var bytes = whole
            bytes[index] ^= 0x01
            try folder.write(bytes, to: folder.seal)
            do throws(SealFlaw) {
                // What may change: the explanation, the hint where the key file was, white space.
                #expect(try open().fingerprint == root.fingerprint)
            } catch {
                refusals += 1
                #expect([.damaged, .wrongKey, .tooNew, .notOffered].contains(error.reason))
            }
        }
        #expect(refusals > 150)
    }

    @Test func anotherKeyFileDoesNotOpen() throws {
        _ = try create()
        try folder.write(Array(String(repeating: "ab", count: 32).utf8), to: folder.key)
        let flaw = try flaw { _ = try open() }
        #expect(flaw.reason == .wrongKey)
        #expect(flaw.description.contains(folder.key))
    }

    @Test(arguments: [
        "", "\n", "zz", String(repeating: "a", count: 63), String(repeating: "a", count: 65),
        String(repeating: "g", count: 64), String(repeating: "ab ", count: 32), String(repeating: "a", count: 400),
    ])
    func damagedKeyFileIsRefused(content: String) throws {
        _ = try create()
        try folder.write(Array(content.utf8), to: folder.key)
        #expect(try flaw { _ = try open() }.reason == .damaged)
    }

    @Test func keyFileMayEndInAnyLineEnd() throws {
        let root = try create()
        let digits = try folder.read(folder.key).dropLast()
        for ending in ["", "\n", "\r\n", " \n\n"] {
            try folder.write(digits + Array(ending.utf8), to: folder.key)
            #expect(try open().fingerprint == root.fingerprint)
        }
    }

    @Test func missingFilesAreNamed() throws {
        let seal = try flaw { _ = try open() }
        #expect(seal.reason == .missing && seal.description.contains(folder.seal))
        _ = try create()
        try FileManager.default.removeItem(atPath: folder.key)
        let key = try flaw { _ = try open() }
        #expect(key.reason == .missing && key.description.contains(folder.key))
        #expect(try flaw { _ = try SealFile.kind(at: folder.path + "/none") }.reason == .missing)
    }

    @Test(arguments: [0o640, 0o604, 0o620, 0o602, 0o610, 0o644, 0o660, 0o666])
    func laxModesAreRefused(mode: Int) throws {
        let root = try create()
        for path in [folder.key, folder.seal] {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            let flaw = try flaw { _ = try open() }
            #expect(flaw.reason == .exposed)
            #expect(flaw.description.contains("chmod 600 \(path)"))
            try FileManager.default.setAttributes([.posixPermissions: 0o400], ofItemAtPath: path)
            #expect(try open().fingerprint == root.fingerprint)
        }
        // A key file that others can read doesn't get to seal anything either.
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: folder.key)
        let refusal = try flaw {
            _ = try SealFile.create(at: folder.path + "/second.json", method: .keyFile(path: folder.key))
        }
        #expect(refusal.reason == .exposed)
        #expect(try folder.names == ["root.key", "seal.json"])
    }

    @Test(.enabled(if: geteuid() == 0, "only root can give a file away"))
    func someoneElsesFilesAreRefused() throws {
        _ = try create()
        for path in [folder.key, folder.seal] {
            try FileManager.default.setAttributes([.ownerAccountID: 12345], ofItemAtPath: path)
            let flaw = try flaw { _ = try open() }
            #expect(flaw.reason == .foreign && flaw.description.contains("12345"))
            try FileManager.default.setAttributes([.ownerAccountID: 0], ofItemAtPath: path)
        }
        _ = try open()
    }

    @Test func whatIsNoFileIsRefused() throws {
        _ = try create()
        try FileManager.default.removeItem(atPath: folder.key)
        try #require(unsafe mkfifo(folder.key, 0o600) == 0)
        #expect(try flaw { _ = try open() }.reason == .unreadable)
        try FileManager.default.removeItem(atPath: folder.seal)
        try FileManager.default.createDirectory(atPath: folder.seal, withIntermediateDirectories: false)
        #expect(try flaw { _ = try open() }.reason == .unreadable)
    }

    @Test func nothingIsOverwritten() throws {
        let root = try create()
        let before = try folder.read(folder.seal)
        #expect(try flaw { _ = try create() }.reason == .alreadyThere)
        #expect(try folder.read(folder.seal) == before)
        #expect(try open().fingerprint == root.fingerprint)
        // A dangling link in the place is not followed, nor replaced.
        let link = folder.path + "/link.json"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: folder.path + "/target.json")
        let refusal = try flaw { _ = try SealFile.create(at: link, method: .keyFile(path: folder.key)) }
        #expect(refusal.reason == .alreadyThere)
        #expect(try folder.names == ["link.json", "root.key", "seal.json"])
    }

    @Test func whatCannotBeWrittenIsSaid() throws {
        let flaw = try flaw {
            _ = try SealFile.create(at: folder.path + "/none/seal.json", method: .keyFile(path: folder.key))
        }
        #expect(flaw.reason == .unwritable)
    }

    @Test func aNewerFormatIsRefused() throws {
        _ = try create()
        try folder.edit(folder.seal, #""format":1"#, #""format":2"#)
        let flaw = try flaw { _ = try open() }
        #expect(flaw.reason == .tooNew)
        #expect(flaw.description.contains("format 2"))
    }

    @Test(arguments: [
        (#""n":16384"#, #""n":8192"#), (#""n":16384"#, #""n":16385"#), (#""n":16384"#, #""n":1073741824"#),
        (#""n":16384"#, #""n":0"#), (#""n":16384"#, #""n":-16384"#), (#""n":16384"#, #""n":9223372036854775807"#),
        (#""r":8"#, #""r":1"#), (#""r":8"#, #""r":4096"#), (#""p":1"#, #""p":0"#), (#""p":1"#, #""p":17"#),
        (#""n":16384,"r":8"#, #""n":1048576,"r":16"#), (#""salt":"0001"#, #""salt":""#),
    ])
    func absurdScryptCostsAreRefused(old: String, new: String) throws {
        try folder.write(Array(KnownSeal.byPassphrase.utf8), to: folder.seal)
        #expect(try SealFile.kind(at: folder.seal) == .passphrase)
        try folder.edit(folder.seal, old, new)
        // Before anyone is asked for the passphrase.
        let flaw = try flaw { _ = try SealFile.open(at: folder.seal) { _ in throw SealFlaw(.missing, "asked") } }
        #expect(flaw.reason == .unacceptable)
    }

    @Test(arguments: [
        (#""format":1"#, #""format":"1""#), (#""format":1"#, #""format":0"#), (#""store":"00"#, #""store":""#),
        (#""method":"passphrase""#, #""method":"shares""#), (#""method":"passphrase""#, #""method":"keyFile""#),
        (#""scrypt""#, #""Scrypt""#), (#""rootKey":"AUBB"#, #""rootKey":"AUB"#), (#""rootKey""#, #""rootkey""#),
        (#""r":8"#, #""r":8.5"#), ("{", "[{"),
    ])
    func malformedRecordsAreRefused(old: String, new: String) throws {
        try folder.write(Array(KnownSeal.byPassphrase.utf8), to: folder.seal)
        try folder.edit(folder.seal, old, new)
        #expect(try flaw { _ = try SealFile.kind(at: folder.seal) }.reason == .damaged)
    }

    @Test func whoOffersTheOpener() throws {
        _ = try create()
        struct Leaky: Error, CustomStringConvertible { let description = "the passphrase was hunter2" }
        let other = try flaw { _ = try SealFile.open(at: folder.seal) { _ in throw Leaky() } }
        #expect(other.reason == .notOffered && !other.description.contains("hunter2"))
        let own = try flaw {
            _ = try SealFile.open(at: folder.seal) { _ in throw SealFlaw(.missing, "set the variable") }
        }
        #expect(own == SealFlaw(.missing, "set the variable"))
        let wrong = try flaw { _ = try SealFile.open(at: folder.seal) { _ in .passphrase(SecretBytes([1])) } }
        #expect(wrong.reason == .notOffered)
        let empty = try flaw {
            _ = try SealFile.create(at: folder.path + "/p.json", method: .passphrase(SecretBytes([])))
        }
        #expect(empty.reason == .unacceptable)
    }
}

/// Computed with Python (pyca/cryptography, hashlib) from the formats' descriptions, so that a later version can't lose old
/// seals unnoticed. Root key 00...1f; key file 20...3f; passphrase "correct horse".
private enum KnownSeal {
    private static let store = #""store":"000102030405060708090a0b0c0d0e0f""#

    static let byKeyFile =
        #"{"format":1,\#(store),"method":"keyFile","keyFile":"/elsewhere","rootKey":""#
        + "AUBBQkNERUZHSElKS0xNTk9gYWJjZGVmZ2hpamvkGhatf5LIN3Bn62F8pRVIxarcF2CRmJ0Gq7S97Rfjgya/ndGb+jVheOZI7Zb+SKU="
        + #""}"#
    static let byPassphrase =
        #"{"format":1,\#(store),"method":"passphrase","scrypt":{"n":16384,"r":8,"p":1,"#
        + #""salt":"000102030405060708090a0b0c0d0e0f"},"rootKey":""#
        + "AUBBQkNERUZHSElKS0xNTk9gYWJjZGVmZ2hpamvqvOshplmlbVHcLJeZO9SLSwG0MaK9tNmFAI1OUF3FZr1Gd2DQnV7/YqyFbqkm76g="
        + #""}"#

    static let fingerprint = "fdd30f08726b9254acafa582a7509299b08107fc71efcfd1e4cf82c8695661a3"
    static let rowTag = "57f13695c29949c82db71ac512945dc7ef4022130ef7e2a1df66fa72360e4d90"
    static let accountMessage =
        "01404142434445464748494a4b4c4d4e4f606162636465666768696a6b"
        + "db0f326486b13a06972602ca9fb4b8d4f13eff2e1823b8ab563d90c9068b50764c1a53fb45f882f8b46ae559"
}
