import ArgumentParser
import Bytes
import Services

extension RotationCommand {
    struct Converge: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "convergence",
            abstract: "List who still holds the value of before the last rotation.",
            discussion: """
                Of a secret with the tag undercroft:wait-for-convergence the server itself knows who read which version, on
                whatever node. Of others it is read from the trail in the node's folder: whoever read the secret before it was
                rotated and not since; where several nodes serve, each has a trail of its own: ask on each. Exit status 0 if
                nobody is behind, else 1.

                  undercroft rotation convergence prod/app/db --days 7
                """
        )

        @OptionGroup var server: Operator
        @Option(help: "In the trail: forget who has not read it for so many days before the rotation.") var days = 30
        @Argument(help: ArgumentHelp("The secret's name or ARN.", valueName: "secret")) var secret: String

        func validate() throws {
            guard (1...3650).contains(days) else { throw ValidationError("--days is from 1 to 3650.") }
        }

        func run() async throws {
            let answer = try await server.call("DescribeRotation", ["SecretId": .string(Text(secret))])
            let held: HeldVersions
            if answer.list("Readers") != nil {
                held = HeldVersions(answer)
            } else {
                guard let rotated = answer.moment("LastRotatedDate") else {
                    print("\(secret) has not been rotated yet.")
                    return
                }
                held = HeldVersions(try fromTrail(answer, rotated))
            }
            print(answer.text("ARN") ?? secret)
            if let rotated = answer.moment("LastRotatedDate") { print("  was rotated at \(rotated.iso8601)") }
            for line in held.lines { print("  \(line)") }
            print(
                held.behind == 0
                    ? "Nobody holds the previous version." : "\(held.behind) of \(held.lines.count) are behind.")
            if held.behind > 0 { throw ExitCode(1) }
        }

        private func fromTrail(_ answer: Fields, _ rotated: Timestamp) throws -> [Convergence.Reader] {
            let folder = try DataFolder(path: server.data).existingTrail()
            var convergence = Convergence(
                arn: answer.text("ARN") ?? "", name: answer.text("Name") ?? "", rotated: rotated,
                since: rotated + -Int64(days) * 86_400_000)
            try Trail.records(folder: folder) { line in
                if case .structure(let record)? = try? JSON.parse(Array(line)) { convergence.add(record) }
            }
            return convergence.readers
        }
    }
}

/// Who holds which version, a line each: first those who are behind.
struct HeldVersions {
    let lines: [String]
    let behind: Int

    /// From DescribeRotation's answer.
    init(_ answer: Fields) {
        let readers = (answer.list("Readers") ?? []).compactMap { document in
            if case .structure(let reader) = document { reader } else { nil }
        }
        behind = readers.filter { $0.bool("IsBehind") == true }.count
        lines = readers.map { reader in
            let state =
                reader.bool("IsBehind") == true ? "holds the previous version since" : "has the current one since"
            return "\(reader.text("Principal") ?? "") \(state) \(reader.moment("Since")?.iso8601 ?? "")"
        }
    }

    init(_ readers: [Convergence.Reader]) {
        behind = readers.filter(\.isBehind).count
        lines = readers.map { reader in
            let state = reader.isBehind ? "holds the previous version since" : "has the current one, read at"
            return "\(reader.principal) \(state) \(reader.lastRead.iso8601) (\(reader.address))"
        }
    }
}
