internal import Bytes
internal import Store
internal import Wire

extension Logs {
    enum DescribeLogStreams: LogOperation {
        static let name: Text = "DescribeLogStreams"
        static let input = Structure(
            group + [
                .optional("logStreamNamePrefix", streamName),
                .optional("orderBy", .oneOf("LogStreamName", "LastEventTime")), .optional("descending", .boolean),
                .optional("nextToken", token), .optional("limit", .integer(1...50)),
            ])

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (input, house, group) = (call.input, call.house, call.subject)
            let (prefix, isByTime) = (input.text("logStreamNamePrefix"), input.text("orderBy") == "LastEventTime")
            guard prefix == nil || !isByTime else {
                throw Fault.logs("Cannot order by LastEventTime with a logStreamNamePrefix.")
            }
            let isDescending = input.bool("descending") ?? false
            let purpose: Text = "log streams \(group.arn) \(prefix ?? "") \(isByTime) \(isDescending)"
            let position = try input.text("nextToken").map { try open($0, purpose, house) }?.first
            let limit = Int(input.integer("limit") ?? 50)
            var streams = try await house.store.read { try Logs.streams(of: group, $0) }
                .filter { prefix.map($0.name.hasPrefix) ?? true }
            // Of two with the same time, the names decide: a page must know where the last one ended.
            if isByTime { streams.sort { ($0.last, $0.name) < ($1.last, $1.name) } }
            if isDescending { streams.reverse() }
            if let position, let index = streams.firstIndex(where: { $0.name == position }) {
                streams.removeFirst(index + 1)
            }
            var fields: Fields = ["logStreams": .list(streams.prefix(limit).map { .structure($0.shown(group)) })]
            if streams.count > limit {
                fields.add("nextToken", PageToken.close([streams[limit - 1].name], for: purpose, house))
            }
            return fields
        }
    }

    /// By name. Throws where there is no such group.
    static func streams(of group: LogGroup, _ snapshot: borrowing Snapshot) throws -> [LogStream] {
        guard try snapshot.item(LogRows.groupKey(group)) != nil else { throw Fault.noLogGroup }
        let prefix: Text = "\(group.name):"
        var (streams, after): ([LogStream], Text) = ([], prefix)
        while true {
            let items = try snapshot.items(group.place, kind: LogRows.stream, after: after, limit: 500)
            streams += try items.prefix { $0.key.id.hasPrefix(prefix) }.map { try LogStream($0) }
            guard items.count == 500, let last = items.last, last.key.id.hasPrefix(prefix) else { return streams }
            after = last.key.id
        }
    }
}
