internal import Bytes
internal import Store
internal import Wire

/// Keeps what invocations wrote.
struct LogWriter: Sendable {
    let house: House
    let place: Place

    /// CloudWatch's own limit of one event.
    private static let longestLine = 262_144

    /// - Parameter requestID: of the invocation.
    func write(_ outcome: FunctionOutcome, of function: Text, _ requestID: Text) async throws {
        let stream = outcome.logStream
        guard !outcome.log.isEmpty, !stream.isEmpty, !stream.utf8.contains(0x3A), !stream.utf8.contains(0x2A) else {
            return
        }
        let (group, now) = (LogGroup(place: place, name: "/aws/lambda/\(function)"), house.clock.now())
        let chunks = Self.chunks(outcome.log, group, stream, requestID, at: now)
        guard let first = chunks.first?.lines.first?.time, let last = chunks.last?.lines.last?.time else { return }
        let rows = chunks.map { $0.item(group, house.root) }
        try await house.store.write { transaction in
            for row in rows { _ = try transaction.insert(row) }
            let key = LogRows.streamKey(stream, of: group)
            guard let item = try transaction.item(key) else {
                _ = try transaction.insert(LogStream(key, first: first, last: last, at: now).item)
                let body: Fields = ["created": .integer(now.milliseconds)]
                _ = try transaction.insert(Item(key: LogRows.groupKey(group), body: body.json))
                return
            }
            var known = try LogStream(item)
            (known.last, known.ingested) = (max(known.last, last), now)
            try transaction.update(known.item)
        }
    }

    private static func chunks(
        _ log: [FunctionOutcome.Line], _ group: LogGroup, _ stream: Text, _ requestID: Text, at now: Timestamp
    ) -> [LogChunk] {
        var (chunks, lines, size): ([LogChunk], [LogChunk.Line], Int) = ([], [], 0)
        func close() {
            guard !lines.isEmpty else { return }
            chunks.append(LogChunk(group, stream, "\(requestID)-\(Text(chunks.count, digits: 6))", lines, at: now))
            (lines, size) = ([], 0)
        }
        for line in log {
            if size + line.text.count > LogRows.chunkBytes { close() }
            lines.append(LogChunk.Line(time: line.time, text: Text(decoding: line.text.prefix(longestLine))))
            size += line.text.count
        }
        close()
        return chunks
    }
}

extension Sweep {
    /// Logs that have been kept long enough; then streams that nothing is left of, and groups without a stream.
    func dropLogs() async throws {
        let now = house.clock.now()
        for kind in [LogRows.chunk, LogRows.stream] {
            while true {
                let due = try await house.store.read { try $0.itemsDue(kind: kind, by: now, limit: Self.batch) }
                guard !due.isEmpty else { break }
                try await house.store.write { transaction in
                    for item in due {
                        guard let current = try transaction.item(item.key), let date = current.due, date <= now else {
                            continue
                        }
                        try transaction.delete(item.key)
                        guard kind == LogRows.stream, let name = item.key.id.split(on: 0x3A).first else { continue }
                        let group = LogGroup(place: item.key.place, name: name)
                        let rest = try transaction.items(group.place, kind: kind, after: "\(name):", limit: 1)
                        if !(rest.first?.key.id.hasPrefix("\(name):") ?? false) {
                            try transaction.delete(LogRows.groupKey(group))
                        }
                    }
                }
                guard due.count == Self.batch else { break }
            }
        }
    }
}
