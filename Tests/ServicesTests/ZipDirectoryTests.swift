import Bytes
import Testing

@testable import Services

/// A zip of stored files, made by hand so that each of its numbers can be wrong.
struct MadeZip {
    var files: [(name: String, body: String)] = [("function.py", "x")]
    var flags: UInt16 = 0
    var method: UInt16 = 0
    /// Instead of the body's own.
    var size: UInt32?
    /// Instead of the name, in the local header.
    var localName: String?
    var comment = ""
    var entries: UInt16?

    var bytes: [UInt8] {
        var (out, directory): ([UInt8], [UInt8]) = ([], [])
        func half(_ value: UInt16) -> [UInt8] {
            [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)]
        }
        func word(_ value: UInt32) -> [UInt8] {
            half(UInt16(truncatingIfNeeded: value)) + half(UInt16(truncatingIfNeeded: value >> 16))
        }
        for file in files {
            let (name, local, body) = (
                Array(file.name.utf8), Array((localName ?? file.name).utf8), Array(file.body.utf8)
            )
            let packed = UInt32(body.count)
            let common = half(20) + half(flags) + half(method) + word(0) + word(0) + word(packed) + word(size ?? packed)
            directory += word(0x0201_4B50) + half(20) + common + half(UInt16(name.count)) + half(0) + half(0)
            directory += half(0) + half(0) + word(0) + word(UInt32(out.count)) + name
            out += word(0x0403_4B50) + common + half(UInt16(local.count)) + half(0) + local + body
        }
        let start = UInt32(out.count)
        let count = entries ?? UInt16(files.count)
        out += directory
        out += word(0x0605_4B50) + half(0) + half(0) + half(count) + half(count) + word(UInt32(directory.count))
        out += word(start) + half(UInt16(comment.utf8.count)) + Array(comment.utf8)
        return out
    }
}

struct ZipDirectoryTests {
    @Test func `a zip is counted`() throws {
        var zip = MadeZip(files: [("a/b.py", "12345"), ("c", ""), ("d/", "")])
        #expect(try ZipDirectory(zip.bytes).count == 3)
        #expect(try ZipDirectory(zip.bytes).unpacked == 5)
        zip.comment = "with a comment"
        #expect(try ZipDirectory(zip.bytes).count == 3)
    }

    @Test(arguments: [
        "/etc/passwd", "../up", "a/../b", "a/..", "..", "./a", "a\\b", "C:\\x", "a\0b", "a\nb", "",
    ])
    func `names that lead elsewhere`(name: String) {
        #expect(throws: ZipDirectory.Flaw.malformed) { try ZipDirectory(MadeZip(files: [(name, "x")]).bytes) }
    }

    @Test(arguments: ["..a", "a..", "a/...", "é", "a b", "node_modules/@x/y.js"])
    func `names that do not`(name: String) throws {
        #expect(try ZipDirectory(MadeZip(files: [(name, "x")]).bytes).count == 1)
    }

    @Test func `what is wrong is refused`() {
        let flaws: [(String, MadeZip)] = [
            ("encrypted", MadeZip(flags: 1)), ("strongly encrypted", MadeZip(flags: 0x40)),
            ("an unknown method", MadeZip(method: 12)), ("a stored file of another size", MadeZip(size: 7)),
            ("another name in the local header", MadeZip(localName: "functixn.py")),
            ("a shorter name there", MadeZip(localName: "f")), ("fewer entries than said", MadeZip(entries: 2)),
            ("more entries than said", MadeZip(files: [("a", "x"), ("b", "x")], entries: 1)),
        ]
        for (what, zip) in flaws {
            #expect(throws: ZipDirectory.Flaw.malformed, "\(what)") { try ZipDirectory(zip.bytes) }
        }
        #expect(throws: ZipDirectory.Flaw.empty) { try ZipDirectory(MadeZip(files: []).bytes) }
        #expect(throws: ZipDirectory.Flaw.tooLarge) {
            try ZipDirectory(MadeZip(method: 8, size: UInt32(ZipDirectory.mostUnpacked) + 1).bytes)
        }
    }

    /// No prefix and no single changed byte makes it crash.
    @Test func `damage is survived`() {
        let bytes = MadeZip(files: [("a", "1"), ("b", "22")], comment: "c").bytes
        for count in bytes.indices { _ = try? ZipDirectory(Array(bytes[..<count])) }
        for index in bytes.indices {
            for value in [0, 1, 0x7F, 0xFF] as [UInt8] {
                var changed = bytes
                changed[index] = value
                _ = try? ZipDirectory(changed)
            }
        }
        #expect(throws: ZipDirectory.Flaw.malformed) { try ZipDirectory(Array(bytes.dropLast())) }
    }
}
