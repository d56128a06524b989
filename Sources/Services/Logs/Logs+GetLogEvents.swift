internal import Bytes
internal import Store
internal import Wire

extension Logs {
    /// What one answer holds at most.
    static let mostEvents = 10_000
    static let mostBytes = 1 << 20

    enum GetLogEvents: LogOperation {
        static let name: Text = "GetLogEvents"
        static let input = Structure(
            group + [
                .required("logStreamName", streamName), .optional("startTime", time), .optional("endTime", time),
                .optional("nextToken", token), .optional("limit", .integer(1...10_000)),
                .optional("startFromHead", .boolean), .optional("unmask", .boolean),
            ])

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (input, house, group) = (call.input, call.house, call.subject)
            let stream = input.text("logStreamName") ?? ""
            let purpose: Text = "log events \(group.arn) \(stream)"
            let limit = Int(input.integer("limit") ?? Int64(mostEvents))
            let scan = LogScan(
                group: group, stream: stream, from: input.storedTime("startTime"), until: input.storedTime("endTime"),
                root: house.root)
            // A token says the direction that it leads in, whatever else is asked for.
            var (forward, position) = (input.bool("startFromHead") ?? false, LogPosition?.none)
            if let token = input.text("nextToken") {
                guard let rest = token.dropping("f/") ?? token.dropping("b/"),
                    let known = LogPosition(try open(rest, purpose, house))
                else { throw Fault.badLogToken }
                (forward, position) = (token.hasPrefix("f/"), known)
            }
            let isForward = forward
            let start = position
            let events = try await house.store.read { snapshot in
                guard try snapshot.item(LogRows.groupKey(group)) != nil else { throw Fault.noLogGroup }
                guard try snapshot.item(LogRows.streamKey(stream, of: group)) != nil else { throw Fault.noLogStream }
                return isForward
                    ? try head(scan, start, limit, snapshot) : try tail(scan, before: start, limit, snapshot)
            }
            func token(_ direction: Text, _ position: LogPosition) -> Text {
                "\(direction)/\(PageToken.close(position.parts, for: purpose, house))"
            }
            // Where nothing more is found, the same place once more: that is how clients see the end.
            let none = position ?? LogPosition("\(group.name):", 0)
            let last = events.last.map { LogPosition($0.position.chunk, $0.position.line + 1) }
            return [
                "events": .list(events.map { .structure(shown($0)) }),
                "nextForwardToken": .string(token("f", last ?? none)),
                "nextBackwardToken": .string(token("b", events.first?.position ?? none)),
            ]
        }

        private static func shown(_ event: LogEvent) -> Fields {
            [
                "timestamp": .integer(event.time.milliseconds), "message": .string(event.text),
                "ingestionTime": .integer(event.ingested.milliseconds),
            ]
        }

        private static func head(
            _ scan: LogScan, _ start: LogPosition?, _ limit: Int, _ snapshot: borrowing Snapshot
        ) throws -> [LogEvent] {
            var (events, size): ([LogEvent], Int) = ([], 0)
            try scan.walk(from: start, snapshot) { event in
                size += event.text.utf8.count + 26
                guard events.count < limit, size <= mostBytes || events.isEmpty else { return false }
                events.append(event)
                return true
            }
            return events
        }

        /// The last ones before a place, or of all. The walk goes forwards, and keeps as many as an answer holds.
        private static func tail(
            _ scan: LogScan, before end: LogPosition?, _ limit: Int, _ snapshot: borrowing Snapshot
        ) throws -> [LogEvent] {
            var (events, first, size): ([LogEvent], Int, Int) = ([], 0, 0)
            try scan.walk(from: nil, snapshot) { event in
                if let end, !(event.position < end) { return false }
                events.append(event)
                size += event.text.utf8.count + 26
                while events.count - first > limit || size > mostBytes && events.count - first > 1 {
                    size -= events[first].text.utf8.count + 26
                    first += 1
                }
                if first > mostEvents {
                    events.removeFirst(first)
                    first = 0
                }
                return true
            }
            return Array(events[first...])
        }
    }
}
