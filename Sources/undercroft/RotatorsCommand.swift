import ArgumentParser
import Bytes
import Front
import Rotators
import Services

struct RotatorsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotators",
        abstract: "The rotation functions that are part of the server.",
        subcommands: [List.self])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print each with what the JSON of its secrets holds.",
            discussion: """
                In every account and region, without any set-up:

                  aws secretsmanager rotate-secret --secret-id db --rotation-rules AutomaticallyAfterDays=30 \\
                    --rotation-lambda-arn arn:aws:lambda:REGION:ACCOUNT:function:undercroft-rotate-postgres-single
                """)

        @Flag(help: "As JSON.") var json = false

        func run() {
            let all = Rotators.all(.live(authorities: nil, clock: System.clock))
            print(json ? Self.json(all) : all.map(Self.words).joined(separator: "\n\n"))
        }

        private static func words(_ rotator: any NativeRotator) -> String {
            let width = rotator.schema.map { $0.name.utf8.count }.max() ?? 0
            let fields = rotator.schema.map { field in
                let name = field.name.string.padded(to: width)
                return "  \(name)  \(field.isRequired ? "required" : "optional")  \(field.meaning)"
            }
            return (["\(rotator.name)", "  \(rotator.summary)"] + fields).joined(separator: "\n")
        }

        private static func json(_ rotators: [any NativeRotator]) -> String {
            let list = rotators.map { rotator -> Document in
                let fields = rotator.schema.map { field -> Document in
                    .structure([
                        "Name": .string(field.name), "Required": .bool(field.isRequired),
                        "Meaning": .string(field.meaning),
                    ])
                }
                return .structure([
                    "Name": .string(rotator.name), "Summary": .string(rotator.summary), "SecretFields": .list(fields),
                ])
            }
            var builder = ByteBuilder()
            builder.append(json: ["Rotators": .list(list)] as Fields)
            return String(decoding: builder.bytes, as: UTF8.self)
        }
    }
}

extension Surroundings {
    /// The world, as rotators reach it.
    static func live(authorities: String?, clock: Clock) -> Surroundings {
        Surroundings(authorities: authorities, now: clock.now) { url, headers, body in
            let answer = try await Outbound.send(
                "POST", url.string, headers: headers.map { ($0.name.string, $0.value.string) }, body: body,
                trust: authorities.map { .systemAnd(file: $0) } ?? .system, limit: 64 * 1024, seconds: 30)
            return (answer.status, answer.body)
        }
    }
}

extension String {
    func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - utf8.count))
    }
}
