import ArgumentParser
import Bytes
import Foundation
import Seal
import Services

struct TrailCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trail",
        abstract: "Read and prove the audit trail.",
        subcommands: [Tail.self, Verify.self]
    )

    struct Tail: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the newest records, one line of CloudTrail JSON each.",
            discussion: """
                Works while a server runs. Records of calls that wrote reach the segments a moment after the call.

                  undercroft trail tail --data ./data --count 20 | jq -c '[.eventTime,.eventName,.userIdentity.arn,.errorCode]'
                """
        )

        @Option(help: ArgumentHelp("The node's folder.", valueName: "dir")) var data = "./data"
        @Option(name: [.customShort("n"), .long], help: "How many records.") var count = 10
        @Flag(name: [.customShort("f"), .long], help: "Go on printing records as they come.") var follow = false

        func validate() throws {
            guard count >= 0 else { throw ValidationError("--count can't be negative.") }
        }

        func run() throws {
            let folder = try DataFolder(path: data).existingTrail()
            guard follow else {
                for line in try Trail.newest(count, folder: folder) {
                    FileHandle.standardOutput.write(Data(line + [0x0A]))
                }
                return
            }
            var printed: UInt64 = 0
            repeat {
                var seen: UInt64 = 0
                var lines: [[UInt8]] = []
                let (skip, keep) = (printed, count)
                try Trail.records(folder: folder) { record in
                    seen += 1
                    guard seen > skip else { return }
                    lines.append(Array(record))
                    if skip == 0, lines.count > keep { lines.removeFirst() }
                }
                for line in lines { FileHandle.standardOutput.write(Data(line + [0x0A])) }
                printed = seen
                if follow { Thread.sleep(forTimeInterval: 0.5) }
            } while follow
        }
    }

    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prove that no record was changed, removed or reordered.",
            discussion: """
                Follows the chain of hashes through all segments, and with the root key also proves that nothing was cut off
                the end. Exit status 0 and what was proved, or 1 and the first bad place. Works while a server runs.
                """
        )

        @Option(help: ArgumentHelp("The node's folder.", valueName: "dir")) var data = "./data"
        @Option(
            name: .customLong("key-file"),
            help: ArgumentHelp("Key file, if it is not where the seal says.", valueName: "file"))
        var keyFile: String?
        @Option(
            name: .customLong("passphrase-file"),
            help: ArgumentHelp("Passphrase, if the root key is sealed with one.", valueName: "file"))
        var passphraseFile: String?

        func run() throws {
            let folder = DataFolder(path: data)
            var settings = Settings()
            settings.data = data
            settings.keyFile = keyFile
            settings.passphraseFile = passphraseFile
            guard FileManager.default.fileExists(atPath: folder.trail), let node = folder.existingNode else {
                throw folder.noTrail
            }
            var rows: RowAuthenticator?
            do { rows = try folder.root(settings).rows } catch {
                print("The seal was not opened (\(error)); the chain is checked without it.")
            }
            do {
                let proof = try Trail.verify(folder: folder.trail, node: node, rows: rows)
                print("\(proof.records) records in \(proof.segments) segments: the chain is whole.")
                print(
                    proof.isHeadProved
                        ? "Nothing is missing at the end."
                        : "That nothing is missing at the end was not proved: the root key was not at hand."
                )
                if proof.unfinishedBytes > 0 {
                    print(
                        "\(proof.unfinishedBytes) bytes at the end belong to a record that is being written or was never acknowledged."
                    )
                }
            } catch {
                print("BAD: \(error)")
                throw ExitCode.failure
            }
        }
    }
}
