import ArgumentParser
import Bytes
import Foundation
import Services

struct Why: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say why a call was allowed or denied, or would be.",
        discussion: """
            Of a call that happened, by the request id that its answer and its record carry. Read from the trail in the node's
            folder: it tells what was decided then, by which statement, whatever has changed since.

              undercroft why 5f0c2f4e-2f0a-4bb0-9a39-0e0b6d4f3c55

            Of a call that somebody might make, by the policies of this moment; the running server is asked.

              undercroft why --as arn:aws:iam::000000000001:user/alice secretsmanager:GetSecretValue ARN
              undercroft why --as ARN --with aws:SourceIp=10.1.2.3 kms:Decrypt ARN
            """
    )

    @OptionGroup var server: Operator
    @Option(name: .customLong("as"), help: ArgumentHelp("The principal that would ask.", valueName: "arn"))
    var principal: String?
    @Option(
        name: .customLong("with"),
        help: ArgumentHelp("A condition key of the request; may be repeated.", valueName: "key=value"))
    var context: [String] = []
    @Argument(help: ArgumentHelp("A request id; or, with --as, an action and a resource.", valueName: "what"))
    var words: [String]

    func validate() throws {
        if principal == nil, words.count != 1 {
            throw ValidationError("Name one request id, or a principal with --as.")
        }
        if principal != nil, !(1...2).contains(words.count) { throw ValidationError("Name an action and a resource.") }
    }

    func run() async throws {
        guard let principal else { return try tellOfTrail(Text(words[0])) }
        var input: Fields = ["PrincipalArn": .string(Text(principal)), "Action": .string(Text(words[0]))]
        if words.count == 2 { input.add("Resource", Text(words[1])) }
        if !context.isEmpty { input.add("Context", .structure(try Self.context(context))) }
        tell(try await server.call("Explain", input))
    }

    static func context(_ pairs: [String]) throws -> Fields {
        var fields = Fields()
        for pair in pairs {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { throw ValidationError("\(pair) is not KEY=VALUE.") }
            let name = Text(String(parts[0]))
            let value = Document.string(Text(String(parts[1])))
            if let known = fields.list(name) {
                fields.members.removeAll { $0.name == name }
                fields.add(name, .list(known + [value]))
            } else {
                fields.add(name, .list([value]))
            }
        }
        return fields
    }

    private func tell(_ answer: Fields) {
        let isAllowed = answer.text("Effect") == "ALLOW"
        print(isAllowed ? "ALLOWED" : "DENIED")
        if let by = answer.fields("DecidedBy") {
            print("  by \(Self.words(by))")
        } else if isAllowed {
            print("  as the account's root user")
        }
        if let message = answer.text("Message") { print("  \(message)") }
        let looked = (answer.list("Statements") ?? []).compactMap { document -> Fields? in
            if case .structure(let fields) = document, fields.text("Outcome") != "otherAction" { fields } else { nil }
        }
        if !looked.isEmpty { print("Statements about the action:") }
        for statement in looked {
            print("  \(statement.text("Effect") ?? "") in \(Self.words(statement)): \(Self.outcome(statement))")
        }
        if let advice = answer.text("Advice") { print("What would change it:\n  \(advice)") }
        if let statement = answer.text("AdviceStatement") { print("  \(statement)") }
    }

    private static func words(_ statement: Fields) -> String {
        let layer = (statement.text("Layer") ?? statement.text("layer"))?.string.replacing("-", with: " ") ?? ""
        let number = statement.integer("Statement") ?? statement.integer("statement") ?? 0
        let sid = (statement.text("Sid") ?? statement.text("sid")).map { " (\"\($0)\")" } ?? ""
        return "\(layer) \(statement.text("Policy") ?? statement.text("policy") ?? ""), statement \(number)\(sid)"
    }

    private static func outcome(_ statement: Fields) -> String {
        switch statement.text("Outcome") ?? statement.text("outcome") {
        case "matched": return "matches"
        case "otherPrincipal": return "is about other principals"
        case "otherResource": return "is about other resources"
        case "conditionFailed":
            let condition = statement.fields("Condition") ?? statement.fields("condition") ?? Fields()
            let wanted = (condition.texts("policyValues") ?? []).map(\.string).joined(separator: ", ")
            let had = condition.texts("requestValues").map { $0.map(\.string).joined(separator: ", ") } ?? "nothing"
            return
                "\(condition.text("operator") ?? "") on \(condition.text("key") ?? "") wants \(wanted); the request has \(had)"
        default: return "is about other actions"
        }
    }

    private func tellOfTrail(_ id: Text) throws {
        let folder = try DataFolder(path: server.data).existingTrail()
        let found = try Self.records(of: id, folder)
        guard !found.isEmpty else {
            throw Refused(
                description:
                    "No record of \(id) in \(server.data). A call that wrote shows up a moment later; another node has a trail of its own."
            )
        }
        for record in found { Self.tell(record) }
    }

    /// The request's own record first, then those of what was done on its behalf.
    private static func records(of id: Text, _ folder: String) throws -> [Fields] {
        if let ordered = RequestID(id) {
            let found = try RecordSearch(folder: folder).records(of: ordered)
            return found.suffix(1) + found.dropLast()
        }
        // Earlier ids don't tell when.
        var found: [Fields] = []
        try Trail.records(folder: folder) { line in
            guard case .structure(let record)? = try? JSON.parse(Array(line)), record.text("requestID") == id,
                // The owner's copy of a call across accounts knows no reasons.
                record.fields("userIdentity")?.text("type") != "AWSAccount"
            else { return }
            found.append(record)
        }
        return found
    }

    private static func tell(_ record: Fields) {
        let who = record.fields("userIdentity")?.text("arn") ?? "somebody"
        print(
            "\(record.text("eventTime") ?? "") \(who) called \(record.text("eventSource") ?? "") \(record.text("eventName") ?? "")"
        )
        if let code = record.text("errorCode") { print("  \(code): \(record.text("errorMessage") ?? "")") }
        let findings = record.fields("additionalEventData")?.list("authorization") ?? []
        if findings.isEmpty { print("  no policy was asked: the call ended before that, or needs no permission") }
        for case .structure(let finding) in findings {
            let isAllowed = finding.text("effect") == "ALLOW"
            print(
                "  \(isAllowed ? "ALLOWED" : "DENIED") \(finding.text("action") ?? "") on \(finding.text("resource") ?? "")"
            )
            if finding["policy"] != nil {
                print("    by \(words(finding))")
            } else if let layer = finding.text("layer") {
                print(
                    isAllowed
                        ? "    as the account's root user"
                        : "    because no \(layer.string.replacing("-", with: " ")) allows it")
            }
            for case .structure(let near) in finding.list("near") ?? [] {
                print("    close: \(words(near)): \(outcome(near))")
            }
        }
    }
}

struct WhoCan: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "who-can",
        abstract: "List who may do something to something, and by which statement.",
        discussion: """
            Users, roles and the root of the account, by the policies of this moment; then whom the resource's policy lets in
            from elsewhere, as far as their own accounts allow it.

              undercroft who-can secretsmanager:GetSecretValue arn:aws:secretsmanager:us-west-2:000000000001:secret:db-AbCdEf
              undercroft who-can kms:ScheduleKeyDeletion ARN --with aws:MultiFactorAuthPresent=true
            """
    )

    @OptionGroup var server: Operator
    @Option(
        name: .customLong("with"),
        help: ArgumentHelp("A condition key of the request; may be repeated.", valueName: "key=value"))
    var context: [String] = []
    @Argument(help: "An action, e.g. secretsmanager:GetSecretValue.") var action: String
    @Argument(help: "A resource's ARN, or * for actions that have none.") var resource = "*"

    func run() async throws {
        var input: Fields = ["Action": .string(Text(action)), "Resource": .string(Text(resource))]
        if !context.isEmpty { input.add("Context", .structure(try Why.context(context))) }
        var (examined, others): (Int64, [Document]) = (0, [])
        var token: Text?
        repeat {
            var page = input
            page.add("NextToken", token)
            let answer = try await server.call("WhoCan", page)
            for case .structure(let principal) in answer.list("Principals") ?? [] { Self.tell(principal) }
            if let found = answer.list("Others") { others = found }
            examined += answer.integer("Examined") ?? 0
            token = answer.text("NextToken")
            if token != nil { FileHandle.standardError.write(Data("… \(examined) users and roles examined\n".utf8)) }
        } while token != nil
        for case .structure(let other) in others {
            let condition = other.bool("HasConditions") == true ? ", under conditions" : ""
            print(
                "\(other.text("Principal") ?? "")\n  if its own account allows it: \(other.text("Policy") ?? ""), statement \(other.integer("Statement") ?? 0)\(condition)"
            )
        }
        print("\(examined) users and roles examined.")
    }

    private static func tell(_ principal: Fields) {
        print(principal.text("Arn") ?? "")
        if let by = principal.fields("By") {
            let layer = by.text("Layer")?.string.replacing("-", with: " ") ?? ""
            let sid = by.text("Sid").map { " (\"\($0)\")" } ?? ""
            let through = principal.text("Through").map { " of \($0)" } ?? ""
            print("  by \(layer) \(by.text("Policy") ?? "")\(through), statement \(by.integer("Statement") ?? 0)\(sid)")
        } else {
            print("  as the account's root user")
        }
        if principal.bool("DependsOnRequest") == true {
            print("  other requests may be decided otherwise: a statement has conditions")
        }
    }
}
