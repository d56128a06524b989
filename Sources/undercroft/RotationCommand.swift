import ArgumentParser
import Bytes
import Services

struct RotationCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotation",
        abstract: "See how the rotation of a secret stands, try it out, and mend it.",
        subcommands: [Show.self, Rehearse.self, Repair.self, Converge.self]
    )

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show a secret's schedule, what is under way, and the last attempts.",
            discussion: """
                Each attempt is shown with its steps, how long they took, and the function's own words where one failed.

                  undercroft rotation show prod/app/db
                """
        )

        @OptionGroup var server: Operator
        @Argument(help: ArgumentHelp("The secret's name or ARN.", valueName: "secret")) var secret: String

        func run() async throws {
            let answer = try await server.call("DescribeRotation", ["SecretId": .string(Text(secret))])
            print(answer.text("ARN") ?? secret)
            if let isEnabled = answer.bool("RotationEnabled") {
                Self.show(isEnabled: isEnabled, answer)
            } else {
                print("  never configured; 'aws secretsmanager rotate-secret' does that")
            }
            if let rehearsal = answer.fields("Rehearsal") { Self.show(rehearsal: rehearsal) }
            for case .structure(let attempt) in answer.list("Attempts") ?? [] { Self.show(attempt) }
            if let trouble = answer.text("Trouble") {
                print("\n\(trouble)\n\(answer.text("Repair") ?? "")\n  undercroft rotation repair \(secret) --dry-run")
            }
        }

        private static func show(isEnabled: Bool, _ answer: Fields) {
            print("  rotation \(isEnabled ? "on" : "off"), by \(answer.text("RotationLambdaARN") ?? "")")
            if let rules = answer.fields("RotationRules") { print("  schedule  \(words(rules))") }
            for (name, member) in [("last", "LastRotatedDate"), ("next", "NextRotationDate"), ("due", "Due")] {
                if let time = answer.moment(Text(member)) { print("  \(name)      \(time.iso8601)") }
            }
            if let run = answer.fields("Run") {
                let (step, attempts) = (run.text("Step") ?? "", run.integer("Attempts") ?? 0)
                print("  under way \(run.text("Kind") ?? "") to version \(run.text("VersionId") ?? "")")
                print("            attempt \(attempts), \(step)\(run.text("Holder").map { ", on node \($0)" } ?? "")")
            }
        }

        private static func words(_ rules: Fields) -> String {
            var words: [String] = []
            if let expression = rules.text("ScheduleExpression") { words.append("\(expression)") }
            if let days = rules.integer("AutomaticallyAfterDays") { words.append("every \(days) days") }
            if let duration = rules.text("Duration") { words.append("within \(duration)") }
            return words.joined(separator: ", ")
        }

        private static func show(rehearsal: Fields) {
            if let schedule = rehearsal.text("ScheduleExpression") { print("  rehearsed \(schedule)") }
            if let next = rehearsal.moment("Due") { print("            next at \(next.iso8601)") }
            if let left = rehearsal.list("Left") {
                let names = left.compactMap { if case .string(let name) = $0 { name.string } else { nil } }
                print("            still to be taken away: \(names.joined(separator: ", "))")
            } else if let id = rehearsal.text("RehearsalId") {
                print("            under way: \(id)\(rehearsal.text("Holder").map { ", on node \($0)" } ?? "")")
            }
        }

        static func show(_ attempt: Fields) {
            let began = attempt.moment("Began")?.iso8601 ?? ""
            let again = attempt.moment("RetryAt").map { ", again at \($0.iso8601)" } ?? ""
            let what =
                attempt.text("Kind") == "rehearsal" ? "rehearsal" : "attempt \(attempt.integer("Attempt") ?? 0) of"
            print(
                "\n  \(began) \(what) \(attempt.text("VersionId") ?? ""): \(attempt.text("Outcome") ?? "")\(again)"
            )
            for case .structure(let step) in attempt.list("Steps") ?? [] {
                let name = "\(step.text("Step") ?? "")".padded(to: 14)
                print("    \(name)\(step.integer("Milliseconds") ?? 0) ms")
                if let type = step.text("ErrorType") { print("      \(type): \(step.text("ErrorMessage") ?? "")") }
            }
        }
    }

    struct Repair: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Do the one thing that mends a stuck rotation.",
            discussion: """
                A failed rotation is tried again at once; a forgotten AWSPENDING is taken off. AWSCURRENT never moves.

                  undercroft rotation repair prod/app/db --dry-run
                """
        )

        @OptionGroup var server: Operator
        @Flag(help: "Only say what would be done.") var dryRun = false
        @Argument(help: ArgumentHelp("The secret's name or ARN.", valueName: "secret")) var secret: String

        func run() async throws {
            let answer = try await server.call(
                "RepairRotation", ["SecretId": .string(Text(secret)), "DryRun": .bool(dryRun)])
            if let trouble = answer.text("Trouble") { print(trouble) }
            print(answer.text("Repair") ?? "")
            if answer.bool("Done") == true { print("Done.") } else if dryRun { print("Nothing was changed.") }
        }
    }
}

extension RotationCommand {
    struct Converge: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "convergence",
            abstract: "List who still holds the value of before the last rotation.",
            discussion: """
                Read from the trail in the node's folder: whoever read the secret before it was rotated and not since. Where
                several nodes serve, each has a trail of its own: ask on each. Exit status 0 if nobody is behind, else 1.

                  undercroft rotation convergence prod/app/db --days 7
                """
        )

        @OptionGroup var server: Operator
        @Option(help: "Forget who has not read it for so many days before the rotation.") var days = 30
        @Argument(help: ArgumentHelp("The secret's name or ARN.", valueName: "secret")) var secret: String

        func validate() throws {
            guard (1...3650).contains(days) else { throw ValidationError("--days is from 1 to 3650.") }
        }

        func run() async throws {
            let folder = try DataFolder(path: server.data).existingTrail()
            let answer = try await server.call("DescribeRotation", ["SecretId": .string(Text(secret))])
            guard let arn = answer.text("ARN"), let name = answer.text("Name"),
                let rotated = answer.moment("LastRotatedDate")
            else {
                print("\(secret) has not been rotated yet.")
                return
            }
            var convergence = Convergence(
                arn: arn, name: name, rotated: rotated, since: rotated + -Int64(days) * 86_400_000)
            try Trail.records(folder: folder) { line in
                if case .structure(let record)? = try? JSON.parse(Array(line)) { convergence.add(record) }
            }
            let readers = convergence.readers
            print("\(arn) was rotated at \(rotated.iso8601)")
            for reader in readers {
                let state = reader.isBehind ? "holds the previous version since" : "has the current one, read at"
                print("  \(reader.principal) \(state) \(reader.lastRead.iso8601) (\(reader.address))")
            }
            let behind = readers.filter(\.isBehind).count
            print(behind == 0 ? "Nobody holds the previous version." : "\(behind) of \(readers.count) are behind.")
            if behind > 0 { throw ExitCode(1) }
        }
    }
}

extension Fields {
    /// JSON has seconds where a shape has a time.
    func moment(_ name: Text) -> Timestamp? {
        switch self[name] {
        case .integer(let seconds): Timestamp(seconds: seconds)
        case .number(let seconds): Timestamp(milliseconds: Int64(seconds * 1000))
        default: nil
        }
    }
}
