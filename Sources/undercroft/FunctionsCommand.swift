import ArgumentParser
import Bytes
import Foundation
import Services

struct FunctionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "functions", abstract: "Look at functions.", subcommands: [FunctionLogs.self])
}

struct FunctionLogs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs",
        abstract: "Print what a function has written.",
        discussion: """
            Of the last ten minutes, or since a time: 90s, 10m, 2h or 3d ago, or 2026-11-25T12:00:00Z. Logs are kept for 14 days.

              undercroft functions logs rotate-db --since 2h
              undercroft functions logs rotate-db --follow
              undercroft functions logs rotate-db --filter '?ERROR ?Traceback'
            """
    )

    @OptionGroup var server: Operator
    @Argument(help: "The function's name.") var name: String
    @Option(help: ArgumentHelp("How far back, or from when on.", valueName: "when")) var since = "10m"
    @Option(help: ArgumentHelp("A filter pattern as CloudWatch Logs has them.", valueName: "pattern")) var filter = ""
    @Flag(help: "Go on, until interrupted.") var follow = false

    /// Between two looks.
    private static let pause: Int64 = 1000
    /// Overlap of two looks: an invocation's lines are stored when it ends.
    private static let overlap: Int64 = 960_000

    func run() async throws {
        let client = try server.client()
        var from = try Self.time(since, before: System.clock.now())
        var seen: Set<Text> = []
        while true {
            let began = System.clock.now()
            do {
                for event in try await events(client, from) where seen.insert(event.text("eventId") ?? "").inserted {
                    tell(event)
                }
            } catch let refused as Refused where refused.code == "ResourceNotFoundException" && follow {
                // Nothing has been written yet.
            }
            guard follow else { return }
            let next = began + -Self.overlap
            if from < next { from = next }
            try await System.pause(Self.pause)
        }
    }

    private func events(_ client: Client, _ from: Timestamp) async throws -> [Fields] {
        var input: Fields = [
            "logGroupName": .string(Text("/aws/lambda/\(name)")), "startTime": .integer(from.milliseconds),
        ]
        if !filter.isEmpty { input.add("filterPattern", Text(filter)) }
        return try await client.pages(
            .logs, "FilterLogEvents", input, "events", token: ("nextToken", "nextToken")
        ).compactMap { if case .structure(let event) = $0 { event } else { nil } }
    }

    private func tell(_ event: Fields) {
        let time = Timestamp(milliseconds: event.integer("timestamp") ?? 0)
        System.say("\(time.iso8601) \(Self.printable(event.text("message") ?? ""))")
    }

    /// A function's output must not steer the terminal.
    private static func printable(_ text: Text) -> String {
        String(
            String.UnicodeScalarView(
                text.string.unicodeScalars.map { $0.value >= 0x20 && $0.value != 0x7F || $0 == "\t" ? $0 : " " }))
    }

    /// `10m`: that long before `now`; or a time of its own.
    static func time(_ text: String, before now: Timestamp) throws -> Timestamp {
        let units: [Character: Int64] = ["s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000]
        if let last = text.last, let unit = units[last], let count = Int64(text.dropLast()),
            (0...100_000).contains(count)
        {
            return now + -count * unit
        }
        guard let time = try? Date.ISO8601FormatStyle().parse(text) else {
            throw ValidationError("\(text) is neither a time like 2026-11-25T12:00:00Z nor a while like 10m.")
        }
        return Timestamp(milliseconds: Int64(time.timeIntervalSince1970 * 1000))
    }
}
