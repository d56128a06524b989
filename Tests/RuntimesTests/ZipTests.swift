import Bytes
import Foundation
import Runtimes
import Testing

/// What an archive may not do.
struct ZipTests {
    private func unpacked(_ entries: [ZipWriter.Entry], _ look: (String) throws -> Void = { _ in }) throws {
        try unpack(ZipWriter(entries).bytes, look)
    }

    private func unpack(_ bytes: [UInt8], _ look: (String) throws -> Void = { _ in }) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("zip-\(UUID())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try ZipArchive(bytes).unpack(to: folder)
        try look(folder)
    }

    private func file(_ name: String, _ text: String = "x") -> ZipWriter.Entry {
        ZipWriter.Entry(name: name, content: Array(text.utf8))
    }

    private func link(_ name: String, to target: String) -> ZipWriter.Entry {
        ZipWriter.Entry(name: name, content: Array(target.utf8), mode: 0o120777)
    }

    @Test func filesFoldersAndModes() throws {
        var tool = file("bin/tool", "#!")
        tool.mode = 0o104777
        let folder = ZipWriter.Entry(name: "empty/", mode: 0o040777)
        try unpacked([file("a.py", "one"), tool, folder, file("./b//c.txt", "two")]) { path throws in
            #expect(try String(contentsOfFile: "\(path)/a.py", encoding: .utf8) == "one")
            #expect(try String(contentsOfFile: "\(path)/b/c.txt", encoding: .utf8) == "two")
            func mode(_ name: String) throws -> Int {
                try #require(
                    FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")[.posixPermissions] as? Int)
            }
            #expect(try mode("a.py") == 0o644)
            // Without the set-user-id bit, and nobody else may write.
            #expect(try mode("bin/tool") == 0o755)
            #expect(try mode("empty") == 0o755)
        }
    }

    @Test func deflatedContent() throws {
        // "hello " 40 times, by zlib.
        let text = String(repeating: "hello ", count: 40)
        let packed: [UInt8] = [0xCB, 0x48, 0xCD, 0xC9, 0xC9, 0x57, 0xC8, 0x18, 0x31, 0x24, 0x00]
        var entry = ZipWriter.Entry(name: "t", content: packed, method: 8)
        entry.checksum = ZipWriter.crc32(Array(text.utf8))
        entry.size = text.utf8.count
        try unpacked([entry]) { path throws in
            #expect(try String(contentsOfFile: "\(path)/t", encoding: .utf8) == text)
        }
        for size in [text.utf8.count - 1, text.utf8.count + 1] {
            entry.size = size
            #expect(throws: ZipFlaw.self) { try unpacked([entry]) }
        }
    }

    @Test(arguments: ["/etc/x", "../x", "a/../../x", "a/..", "..", "a\0b"])
    func namesThatLeadOut(name: String) {
        #expect(throws: ZipFlaw.self) { try unpacked([file(name)]) }
    }

    @Test(arguments: ["/etc/passwd", "../x", "a/../../x", "", "sub/../x", "./../x"])
    func linksThatLeadOut(target: String) {
        #expect(throws: ZipFlaw.self) { try unpacked([link("l", to: target)]) }
    }

    @Test func linksWithinAreKept() throws {
        try unpacked([
            file("lib/real.so", "code"), link("lib/a/b.so", to: "../real.so"), link("c", to: "./lib/real.so"),
        ]) { path throws in
            #expect(try String(contentsOfFile: "\(path)/lib/a/b.so", encoding: .utf8) == "code")
            #expect(try String(contentsOfFile: "\(path)/c", encoding: .utf8) == "code")
        }
    }

    @Test func nothingIsWrittenThroughALink() {
        #expect(throws: (any Error).self) { try unpacked([link("d", to: "e"), file("d/x")]) }
        #expect(throws: ZipFlaw.self) { try unpacked([link("x/y", to: "../.."), file("z")]) }
    }

    @Test(arguments: [0o020666, 0o060666, 0o010666, 0o140777])
    func devicesPipesAndSockets(mode: Int) {
        #expect(throws: ZipFlaw.self) { try unpacked([ZipWriter.Entry(name: "dev", mode: mode)]) }
    }

    @Test func archivesThatTwoReadersUnderstandDifferently() {
        var other = file("a")
        other.localName = "b"
        #expect(throws: ZipFlaw.self) { try unpacked([other]) }
        #expect(throws: ZipFlaw.self) { try unpacked([file("a", "1"), file("./a", "2")]) }
        #expect(throws: ZipFlaw.self) { try unpacked([file("a"), file("a/b")]) }
        #expect(throws: ZipFlaw.self) { try unpack(ZipWriter([file("a")]).bytes + [0]) }
    }

    @Test func damage() throws {
        var wrong = file("a")
        wrong.checksum = 1
        #expect(throws: ZipFlaw.self) { try unpacked([wrong]) }
        var encrypted = file("a")
        encrypted.flags = 1
        #expect(throws: ZipFlaw.self) { try unpacked([encrypted]) }
        encrypted.flags = 0x40
        #expect(throws: ZipFlaw.self) { try unpacked([encrypted]) }
        var strange = file("a")
        strange.method = 12
        #expect(throws: ZipFlaw.self) { try unpacked([strange]) }
        let good = ZipWriter([file("a.py", "print()"), file("b")]).bytes
        for length in 0..<good.count { #expect(throws: ZipFlaw.self) { try unpack(Array(good.prefix(length))) } }
        #expect(throws: ZipFlaw.self) { try unpack(Array("no archive at all".utf8)) }
    }

    @Test func aDirectoryThatIsNotWhatTheEndSays() {
        let good = ZipWriter([file("a"), file("b")]).bytes
        // Both counts of entries, the directory's size, and where it is.
        for (field, value) in [(-14, 1), (-12, 1), (-14, 3), (-10, 1), (-6, 1)] as [(Int, UInt8)] {
            var bytes = good
            bytes[bytes.count + field] = value
            #expect(throws: ZipFlaw.self, "\(field)") { _ = try ZipArchive(bytes) }
        }
    }

    @Test func noChangedByteMakesItCrash() {
        let good = ZipWriter([file("a", "1"), file("b", "22")]).bytes
        for index in good.indices {
            for value in [0, 1, 0x7F, 0xFF] as [UInt8] {
                var bytes = good
                bytes[index] = value
                _ = try? ZipArchive(bytes)
            }
        }
    }

    @Test func limits() throws {
        var limits = ZipLimits()
        limits.bytes = 10
        let bytes = ZipWriter([file("a", "123456"), file("b", "12345")]).bytes
        #expect { try ZipArchive(bytes, limits: limits) } throws: { ($0 as? ZipFlaw)?.isTooLarge == true }
        limits.bytes = 11
        #expect(try ZipArchive(bytes, limits: limits).entries.count == 2)
        limits.entries = 1
        #expect(throws: ZipFlaw.self) { try ZipArchive(bytes, limits: limits) }
    }
}
