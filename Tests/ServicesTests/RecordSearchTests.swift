import Bytes
import Foundation
import TestKit
import Testing

@testable import Services

/// A trail of three segments, a record every ten milliseconds, found again by their ids.
final class RecordSearchTests {
    private static let begin = Timestamp(seconds: 1_800_000_000)
    private static let perSegment = 1_200
    private let folder = NSTemporaryDirectory() + "undercroft-search-" + UUID().uuidString
    private let chance = Chance.seeded(11)
    private var ids: [RequestID] = []

    init() throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for segment in 0..<3 {
            var out = ByteBuilder()
            for line in 0..<Self.perSegment {
                let id = RequestID(at: Self.time(segment * Self.perSegment + line), chance)
                ids.append(id)
                out.append(Self.line(id.text, id.time))
            }
            try write(out.bytes, segment)
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    private static func time(_ line: Int) -> Timestamp { begin + Int64(line) * 10 }

    /// The prefix is not looked at: the chain is another's matter.
    private static func line(_ id: Text, _ time: Timestamp, _ more: Text = "") -> [UInt8] {
        var out = ByteBuilder()
        out.append(String(repeating: "0", count: Chain.prefixLength))
        out.append(#"{"userIdentity":{"type":"IAMUser"},"eventTime":""#)
        out.append(iso8601: time)
        out.append(
            #"","requestParameters":{"pad":"\#(String(repeating: "p", count: 300))"\#(more)},"requestID":"\#(id)"}"#)
        out.append("\n")
        return out.bytes
    }

    private func path(_ segment: Int) -> String {
        "\(folder)/\(Segment(number: UInt64(segment) + 1, at: Self.time(segment * Self.perSegment)).name)"
    }

    private func write(_ bytes: [UInt8], _ segment: Int) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path(segment)))
    }

    private func append(_ bytes: [UInt8]) throws {
        let old = try Data(contentsOf: URL(fileURLWithPath: path(2)))
        try write(Array(old) + bytes, 2)
    }

    private func found(_ id: RequestID) throws -> [Text] {
        try RecordSearch(folder: folder).records(of: id).compactMap { $0.text("requestID") }
    }

    @Test func everyRecordAroundTheBoundaries() throws {
        let edges = [0, 1, 599, 1198, 1199, 1200, 1201, 1777, 2398, 2399, 2400, 2401, 3000, 3598, 3599]
        for index in edges { #expect(try found(ids[index]) == [ids[index].text], "\(index)") }
    }

    @Test func unknownIDs() throws {
        for milliseconds in [-100_000_000, -1, 0, 5_000, 17_000, 36_000, 100_000_000] as [Int64] {
            #expect(try found(RequestID(at: Self.begin + milliseconds, chance)).isEmpty)
        }
    }

    @Test func slowCallsAreRecordedLate() throws {
        // Came in at second 5 of 36, ended at the end.
        let late = RequestID(at: Self.time(500), chance)
        try append(Self.line(late.text, late.time))
        #expect(try found(late) == [late.text])
    }

    @Test func whatIsDoneOnBehalfOfACallIsFoundWithIt() throws {
        let id = RequestID(at: Self.time(3_600), chance)
        let kin = [chance.kin(of: id.text), chance.kin(of: id.text)]
        let before = RequestID(at: Self.time(3_600), chance)
        for text in [before.text] + kin + [id.text] { try append(Self.line(text, id.time)) }
        #expect(try found(id) == kin + [id.text])
        try append(Self.line(RequestID(at: Self.time(3_600), chance).text, id.time))
        #expect(try found(id) == kin + [id.text])
        #expect(try found(before) == [before.text])
        #expect(try found(try #require(RequestID(kin[1]))) == [kin[1]])
    }

    @Test func whatACallerWroteIsNoID() throws {
        let (id, other) = (RequestID(at: Self.time(3_600), chance), RequestID(at: Self.time(3_600), chance))
        try append(Self.line(other.text, id.time, #","requestID":"\#(id.text)","eventTime":"1999-01-01T00:00:00Z""#))
        #expect(try found(id).isEmpty)
        #expect(try found(other) == [other.text])
    }

    @Test func anUnfinishedLineIsNoRecord() throws {
        let id = RequestID(at: Self.time(3_600), chance)
        try append(Self.line(id.text, id.time).dropLast())
        #expect(try found(id).isEmpty)
    }

    @Test func namesInRecordsOfBeforeAreUnderstood() throws {
        // Without a time the record is passed by.
        try append(Array("\(String(repeating: "0", count: Chain.prefixLength)){\"requestID\":\"old\"}\n".utf8))
        let id = RequestID(at: Self.time(3_600), chance)
        try append(Self.line(id.text, id.time))
        #expect(try found(id) == [id.text])
    }
}
