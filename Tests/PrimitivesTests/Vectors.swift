import Bytes
import Foundation
import Testing

/// The folder of shared test data beside the repository: `UNDERCROFT_SHARED`, or `../shared` seen from a folder above.
enum Vectors {
    static let folder: String? = {
        if let named = ProcessInfo.processInfo.environment["UNDERCROFT_SHARED"] { return named }
        var place = URL(fileURLWithPath: #filePath)
        while place.pathComponents.count > 1 {
            place.deleteLastPathComponent()
            let beside = place.appendingPathComponent("../shared").standardizedFileURL.path
            if FileManager.default.fileExists(atPath: beside + "/vectors") { return beside }
        }
        return nil
    }()

    static let areHere = folder != nil
    static let absence: Comment = "no shared vectors here: set UNDERCROFT_SHARED to run this"

    /// Every test of a Wycheproof file whose group passes `filter`, as fields.
    static func wycheproof(_ name: String, where filter: (Fields) -> Bool = { _ in true }) throws -> [Fields] {
        try wycheproofGroups(name).flatMap { filter($0.group) ? $0.tests : [] }
    }

    /// For files whose groups carry the key.
    static func wycheproofGroups(_ name: String) throws -> [(group: Fields, tests: [Fields])] {
        let path = try #require(folder) + "/vectors/wycheproof/" + name
        let data = try #require(FileManager.default.contents(atPath: path), "\(path) is missing")
        let limits = JSON.Limits(values: 1_000_000)
        guard case .structure(let file) = try JSON.parse(Array(data), limits: limits) else { return [] }
        return (file.list("testGroups") ?? []).compactMap { group in
            guard case .structure(let group) = group else { return nil }
            let tests = (group.list("tests") ?? []).compactMap { test -> Fields? in
                if case .structure(let test) = test { test } else { nil }
            }
            return (group, tests)
        }
    }
}

extension Fields {
    /// A member written in hexadecimal.
    func hex(_ name: Text) throws -> [UInt8] {
        try #require(text(name).flatMap { Hex.decode($0.utf8) }, "\(name) is not hexadecimal")
    }

    var isValid: Bool { text("result") == "valid" }
    var label: Comment { "tcId \(integer("tcId") ?? -1): \(text("comment")?.string ?? "")" }
}

func unhex(_ text: String) throws -> [UInt8] { try #require(Hex.decode(Text(text).utf8)) }

/// Bytes that differ from their neighbours and hold no zero.
func pattern(_ count: Int, _ seed: Int) -> [UInt8] { (0..<count).map { UInt8(($0 * 7 + seed) % 251 + 1) } }
