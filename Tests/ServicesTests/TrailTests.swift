import Bytes
import Foundation
import Policy
import Seal
import TestKit
import Testing

@testable import Services

/// The chain and its head: every change to the files is found, and what was acknowledged survives.
@Suite struct TrailTests {
    let folder = NSTemporaryDirectory() + "undercroft-trail-" + UUID().uuidString
    let root = RootKey.generate()
    let clock = HeldClock()

    private func open(_ options: Trail.Options = Trail.Options(), log: LogBook = LogBook()) throws -> Trail {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        return try Trail(
            folder: folder, node: "n", rows: root.rows, clock: clock.clock, chance: .seeded(3), log: log.log,
            options: options
        )
    }

    private func record(_ number: Int) -> [UInt8] { Array(#"{"eventID":"\#(number)","n":\#(number)}"#.utf8) }

    /// A trail of `count` records, each in a group of its own, ended properly.
    private func write(_ count: Int, _ options: Trail.Options = Trail.Options()) async throws {
        let trail = try open(options)
        for number in 0..<count { #expect(await trail.settle(trail.append([record(number)])) == .durable) }
        trail.stop()
    }

    private func verify() throws -> TrailProof { try Trail.verify(folder: folder, node: "n", rows: root.rows) }

    private var segments: [String] {
        get throws { try Segment.all(in: folder).map { "\(folder)/\($0.name)" } }
    }

    @Test func provesWhatWasWritten() async throws {
        try await write(5)
        let proof = try verify()
        #expect(proof.records == 5)
        #expect(proof.isHeadProved)
        #expect(proof.unfinishedBytes == 0)
    }

    @Test func goesOnAfterAStopAndRollsSegments() async throws {
        var options = Trail.Options()
        options.segmentBytes = 150
        try await write(4, options)
        try await write(4, options)
        #expect(try segments.count > 2)
        #expect(try verify().records == 8)
    }

    @Test func theNewestAreReadFromTheEnd() async throws {
        var options = Trail.Options()
        options.segmentBytes = 150
        try await write(6, options)
        #expect(try segments.count > 1)
        for count in 0...8 {
            let wanted = (0..<6).suffix(count).map { record($0) }
            #expect(try Trail.newest(count, folder: folder) == wanted)
        }
        // What a crash left unfinished is no record.
        let last = try FileHandle(forWritingTo: URL(fileURLWithPath: try #require(try segments.last)))
        try last.seekToEnd()
        try last.write(contentsOf: Data("0000001f 00".utf8))
        #expect(try Trail.newest(1, folder: folder) == [record(5)])
    }

    @Test func everyChangedByteIsFound() async throws {
        try await write(3)
        let path = try #require(try segments.first)
        let good = try Data(contentsOf: URL(fileURLWithPath: path))
        for position in good.indices {
            var bad = good
            bad[position] ^= 0x01
            try bad.write(to: URL(fileURLWithPath: path))
            #expect(throws: TrailFlaw.self, "byte \(position)") { try verify() }
        }
    }

    @Test func removedReorderedAndCutRecordsAreFound() async throws {
        try await write(4)
        let path = try #require(try segments.first)
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map { $0 + "\n" }
        let edits: [[Substring]] = [
            [], Array(lines.dropFirst()), Array(lines.dropLast()),
            [lines[0], lines[2], lines[1], lines[3]].map { $0[...] },
            [lines[0], lines[2], lines[3]].map { $0[...] }, (lines + [lines[3]]).map { $0[...] },
        ].map { $0.map { $0[...] } }
        for edit in edits {
            try edit.joined().write(toFile: path, atomically: false, encoding: .utf8)
            #expect(throws: TrailFlaw.self) { try verify() }
        }
    }

    @Test func aMissingSegmentOrHeadIsFound() async throws {
        var options = Trail.Options()
        options.segmentBytes = 150
        try await write(6, options)
        let all = try segments
        #expect(all.count > 2)
        try FileManager.default.moveItem(atPath: all[1], toPath: folder + "/aside")
        #expect(throws: TrailFlaw.self) { try verify() }
        try FileManager.default.moveItem(atPath: folder + "/aside", toPath: all[1])
        #expect(try verify().isHeadProved)
        try FileManager.default.removeItem(atPath: folder + "/head")
        #expect(throws: TrailFlaw.self) { try verify() }
        #expect(try Trail.verify(folder: folder, node: "n", rows: nil).isHeadProved == false)
    }

    @Test func anotherRootKeyProvesNothing() async throws {
        try await write(2)
        #expect(throws: TrailFlaw.self) {
            try Trail.verify(folder: folder, node: "n", rows: RootKey.generate().rows)
        }
    }

    @Test func anUnfinishedRecordIsDroppedAtTheNextStart() async throws {
        try await write(3)
        let path = try #require(try segments.first)
        let handle = try #require(FileHandle(forWritingAtPath: path))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data("00000020 abc".utf8))
        try handle.close()
        #expect(try verify().unfinishedBytes == 12)
        let log = LogBook()
        let trail = try open(log: log)
        #expect(await trail.settle(trail.append([record(9)])) == .durable)
        trail.stop()
        #expect(try verify().records == 4)
        #expect(log.texts.contains { $0.string.contains("unfinished") })
    }

    @Test func aLostGroupIsReportedAndLaterOnesAreNot() async throws {
        let trail = try open()
        #expect(await trail.settle(trail.append([record(1)])) == .durable)
        // A folder in the segment's place makes the next segment impossible to open.
        clock.advance(milliseconds: 3_600_000)
        let next = Segment(number: 2, at: clock.now)
        try FileManager.default.createDirectory(atPath: "\(folder)/\(next.name)", withIntermediateDirectories: false)
        let lost = trail.append([record(2)])
        #expect(await trail.settle(lost) == .lost)
        #expect(trail.failure != nil)
        try FileManager.default.removeItem(atPath: "\(folder)/\(next.name)")
        let kept = trail.append([record(3)])
        #expect(await trail.settle(kept) == .durable)
        #expect(trail.failure == nil)
        #expect(trail.fate(of: lost) == .lost)
        trail.stop()
        // The two kept records and the one that says that there was an outage.
        #expect(try verify().records == 3)
    }

    /// A write cites before its records are appended: an outage between the two loses no text.
    @Test func aCitedPolicyWaitsForTheArchive() async throws {
        let trail = try open()
        let text = PolicyText(Array("{}".utf8))
        let archive = "\(folder)/policies"
        try FileManager.default.createDirectory(atPath: archive, withIntermediateDirectories: false)
        trail.cite([text])
        #expect(await trail.settle(trail.append([record(1)])) == .lost)
        try FileManager.default.removeItem(atPath: archive)
        #expect(await trail.settle(trail.append([record(2)])) == .durable)
        #expect(try PolicyArchive.text(text.digest, folder: folder) == text.bytes)
        trail.stop()
    }
}
