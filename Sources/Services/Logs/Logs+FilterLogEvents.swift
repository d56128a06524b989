internal import Bytes
internal import Store
internal import Wire

extension Logs {
    enum FilterLogEvents: LogOperation {
        static let name: Text = "FilterLogEvents"
        static let input = Structure(
            group + [
                .optional("logStreamNames", .list(streamName, 1...100)), .optional("logStreamNamePrefix", streamName),
                .optional("startTime", time), .optional("endTime", time),
                .optional("filterPattern", .string(0...1024)), .optional("nextToken", token),
                .optional("limit", .integer(1...10_000)), .optional("startFromHead", .boolean),
                .optional("interleaved", .boolean), .optional("unmask", .boolean),
            ])

        /// Looked at for one answer: a filter that matches little ends its page all the same.
        private static let mostScanned = 200_000

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (input, house, group) = (call.input, call.house, call.subject)
            let (names, prefix) = (input.texts("logStreamNames"), input.text("logStreamNamePrefix"))
            guard names == nil || prefix == nil else {
                throw Fault.logs("Cannot use both logStreamNames and logStreamNamePrefix.")
            }
            let filter = try LogFilter(input.text("filterPattern") ?? "")
            let purpose: Text = "filtered events \(group.arn)"
            let start = try input.text("nextToken").map { token throws(Fault) -> LogPosition in
                guard let position = LogPosition(try open(token, purpose, house)) else { throw .badLogToken }
                return position
            }
            let limit = Int(input.integer("limit") ?? Int64(mostEvents))
            let scan = LogScan(
                group: group, stream: names?.count == 1 ? names?[0] : nil, from: input.storedTime("startTime"),
                until: input.storedTime("endTime"), root: house.root)
            let (events, next) = try await house.store.read { snapshot in
                guard try snapshot.item(LogRows.groupKey(group)) != nil else { throw Fault.noLogGroup }
                for name in names ?? [] {
                    guard try snapshot.item(LogRows.streamKey(name, of: group)) != nil else { throw Fault.noLogStream }
                }
                var (events, size, scanned): ([LogEvent], Int, Int) = ([], 0, 0)
                var next: LogPosition?
                try scan.walk(from: start, snapshot) { event in
                    scanned += 1
                    let isFull = events.count >= limit || size > mostBytes || scanned > mostScanned
                    if isFull {
                        next = event.position
                        return false
                    }
                    guard names?.contains(event.stream) ?? true, prefix.map(event.stream.hasPrefix) ?? true,
                        filter.matches(event.text)
                    else { return true }
                    events.append(event)
                    size += event.text.utf8.count + 26
                    return true
                }
                return (events, next)
            }
            // Chunks of streams that wrote at the same time overlap.
            let sorted = events.sorted { ($0.time, $0.position) < ($1.time, $1.position) }
            var fields: Fields = [
                "events": .list(sorted.map { .structure(shown($0)) }), "searchedLogStreams": .list([]),
            ]
            if let next { fields.add("nextToken", PageToken.close(next.parts, for: purpose, house)) }
            return fields
        }

        private static func shown(_ event: LogEvent) -> Fields {
            [
                "logStreamName": .string(event.stream), "timestamp": .integer(event.time.milliseconds),
                "message": .string(event.text), "ingestionTime": .integer(event.ingested.milliseconds),
                "eventId": .string(event.id),
            ]
        }
    }
}
