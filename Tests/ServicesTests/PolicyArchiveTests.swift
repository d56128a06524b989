import Bytes
import Foundation
import Policy
import TestKit
import Testing

@testable import Services

final class PolicyArchiveTests {
    private let folder = NSTemporaryDirectory() + "undercroft-archive-" + UUID().uuidString

    init() throws { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    private static func text(_ number: Int) -> PolicyText {
        PolicyText(Array("{\"Id\":\"\(number)\",\n \"Statement\" : \"\\u00e9\u{e9}\\\"\"}".utf8))
    }

    private var path: String { "\(folder)/policies" }
    private var lines: [Substring] {
        get throws { try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n") }
    }

    private func kept(_ text: PolicyText) throws -> [UInt8]? {
        try PolicyArchive.text(text.digest, folder: folder)
    }

    @Test func keepsEachTextOnce() throws {
        var archive = PolicyArchive(folder: folder, isSynced: true)
        #expect(try kept(Self.text(0)) == nil)
        try archive.keep([])
        #expect(!FileManager.default.fileExists(atPath: path))
        try archive.keep([Self.text(0), Self.text(1), Self.text(0)])
        try archive.keep([Self.text(1), Self.text(2)])
        #expect(try lines.count == 3)
        var again = PolicyArchive(folder: folder, isSynced: false)
        try again.keep([Self.text(0), Self.text(3)])
        #expect(try lines.count == 4)
        for number in 0..<4 { #expect(try kept(Self.text(number)) == Self.text(number).bytes) }
        #expect(try kept(Self.text(4)) == nil)
    }

    @Test func aTornLineIsWrittenAgain() throws {
        var archive = PolicyArchive(folder: folder, isSynced: true)
        try archive.keep([Self.text(0), Self.text(1)])
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        for cut in [1, 2, 3, 20, 40, 60] {
            try whole.dropLast(cut).write(to: URL(fileURLWithPath: path))
            #expect(try kept(Self.text(1)) == nil)
            var after = PolicyArchive(folder: folder, isSynced: true)
            try after.keep([Self.text(0), Self.text(1)])
            #expect(try kept(Self.text(0)) == Self.text(0).bytes && kept(Self.text(1)) == Self.text(1).bytes, "\(cut)")
        }
    }

    @Test func whatDoesNotHaveItsDigestIsNotThere() throws {
        var archive = PolicyArchive(folder: folder, isSynced: true)
        try archive.keep([Self.text(0)])
        let forged = try String(contentsOfFile: path, encoding: .utf8).replacingOccurrences(of: "Id", with: "Xd")
        try forged.write(toFile: path, atomically: true, encoding: .utf8)
        #expect(try kept(Self.text(0)) == nil)
    }

    /// The archive has a text before the answer that was decided by it leaves, and asks for none twice.
    @Test func aRefusalsPoliciesAreThereWhenItIsAnswered() async throws {
        let world = try await World()
        let made = await world.send(
            "CreateSecret",
            ["Name": "s", "SecretString": "v", "ClientRequestToken": "tttttttttttttttttttttttttttttttt"])
        #expect(made.status == 200)
        let folder = world.folder + "/trail"
        let answer = await world.send("GetSecretValue", ["SecretId": "s"])
        #expect(answer.status == 200)
        let record = try #require(try await world.records().last { $0.text("eventName") == "GetSecretValue" })
        guard case .structure(let finding)? = record.fields("additionalEventData")?.list("authorization")?.first,
            let digest = finding.text("digest")
        else {
            Issue.record("no finding")
            return
        }
        let text = try #require(try PolicyArchive.text(digest, folder: folder))
        #expect(
            text == AWSManagedPolicies.state("arn:aws:iam::aws:policy/AdministratorAccess")?.policy.document.text.bytes)
        #expect(record.fields("additionalEventData")?["policies"] == nil, "only refusals list policies")
        await world.close()
    }
}
