internal import Bytes
internal import Store
internal import Wire

extension Logs {
    enum DescribeLogGroups: WriteOperation {
        static let name: Text = "DescribeLogGroups"
        static let api = API.logs
        static let quota = Logs.quota
        static let isReadOnly = true
        static let input: Structure = [
            .optional("accountIdentifiers", .list(.string(12...12), 0...20)),
            .optional("logGroupNamePrefix", groupName), .optional("logGroupNamePattern", .string(0...512)),
            .optional("nextToken", token), .optional("limit", .integer(1...50)),
            .optional("includeLinkedAccounts", .boolean),
            .optional("logGroupClass", .oneOf("STANDARD", "INFREQUENT_ACCESS", "DELIVERY", "ESSENTIALS")),
            .optional("logGroupIdentifiers", .list(groupID, 1...50)),
        ]

        static func decode(_ fields: Fields) throws(Fault) -> Fields { fields }
        static func encode(_ output: Fields) -> Fields { output }
        static func find(_ input: Fields, _ call: Call) throws -> LogGroup { LogGroup(place: call.place, name: "") }
        static func asks(_ input: Fields, _ subject: LogGroup, _ call: Call) -> [Question] {
            [question("logs:DescribeLogGroups", "\(subject.arn):log-stream:", call)]
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (input, house, place) = (call.input, call.house, call.place)
            let (prefix, pattern) = (input.text("logGroupNamePrefix") ?? "", input.text("logGroupNamePattern") ?? "")
            guard prefix.isEmpty || pattern.isEmpty else {
                throw Fault.logs("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.")
            }
            if let kind = input.text("logGroupClass"), kind != "STANDARD" { return ["logGroups": .list([])] }
            let purpose: Text = "log groups \(prefix) \(pattern)"
            let limit = Int(input.integer("limit") ?? 50)
            var after = try input.text("nextToken").map { try Logs.open($0, purpose, house) }?.first
            var found: [Item] = []
            let named = try (input.texts("logGroupIdentifiers") ?? []).map { id throws(Fault) in
                try LogGroup(["logGroupIdentifier": .string(id)], place).name
            }
            search: while true {
                let start = after
                let items = try await house.store.read { snapshot in
                    try snapshot.items(place, kind: LogRows.group, after: start ?? prefix.before, limit: 100)
                }
                for item in items {
                    let name = item.key.id
                    guard name.hasPrefix(prefix) else { break search }
                    after = name
                    guard pattern.isEmpty || name.asciiLowercased.string.contains(pattern.asciiLowercased.string),
                        named.isEmpty || named.contains(name)
                    else { continue }
                    found.append(item)
                    if found.count > limit { break search }
                }
                guard items.count == 100 else { break }
            }
            let answer = try found.prefix(limit).map { Document.structure(try shown($0)) }
            var fields: Fields = ["logGroups": .list(answer)]
            if found.count > limit {
                fields.add("nextToken", PageToken.close([found[limit - 1].key.id], for: purpose, house))
            }
            return fields
        }

        private static func shown(_ item: Item) throws -> Fields {
            let group = LogGroup(place: item.key.place, name: item.key.id)
            return [
                "logGroupName": .string(group.name),
                "creationTime": .integer(try Fields(json: item.body).integer("created") ?? 0),
                "retentionInDays": .integer(LogRows.days), "metricFilterCount": .integer(0),
                "arn": .string("\(group.arn):*"), "storedBytes": .integer(0), "logGroupClass": "STANDARD",
                "logGroupArn": .string(group.arn),
            ]
        }
    }

    static func open(_ token: Text, _ purpose: Text, _ house: House) throws(Fault) -> [Text] {
        do throws(Fault) { return try PageToken.open(token, for: purpose, house) } catch { throw .badLogToken }
    }
}

extension Text {
    /// A text before this one, with nothing between that begins with it; `nil` for the empty text, before which there is none.
    var before: Text? {
        var bytes = self.bytes
        guard let last = bytes.popLast() else { return nil }
        return Text(decoding: (last > 0x20 ? bytes + [last - 1, 0x7E, 0x7E] : bytes)[...])
    }
}
