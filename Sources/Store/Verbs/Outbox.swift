package import Bytes

private enum Queries {
    static let insert = Query("INSERT INTO outbox (node, seq, body, tag) VALUES (?1, ?2, ?3, ?4)")
    static let select = Query("SELECT seq, body, tag FROM outbox WHERE node = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3")
    static let delete = Query("DELETE FROM outbox WHERE node = ?1 AND seq BETWEEN ?2 AND ?3")
}

/// Records that are durable with the change they tell of, until the node's trail has them.
extension Transaction {
    /// It is written with the records of all jobs that share the transaction, and handed to the node's ``Courier``.
    ///
    /// - Parameter record: a line, so without a line break.
    package borrowing func appendRecord(node: Text, _ record: [UInt8]) { session.record(record, of: node) }

    /// Those rows and no others: one that was committed meanwhile stays, whatever its number. In ascending order.
    package borrowing func deleteRecords(node: Text, _ sequences: [Int64]) throws(StoreError) {
        for run in Self.runs(sequences) {
            let values: [Value] = [.text(node), .integer(run.lowerBound), .integer(run.upperBound)]
            try session.connection.discard(Queries.delete, values)
        }
    }

    private static func runs(_ sequences: [Int64]) -> [ClosedRange<Int64>] {
        var runs: [ClosedRange<Int64>] = []
        for sequence in sequences {
            if let run = runs.last, run.upperBound == sequence - 1 {
                runs[runs.count - 1] = run.lowerBound...sequence
            } else {
                runs.append(sequence...sequence)
            }
        }
        return runs
    }
}

extension StoreReader where Self: ~Copyable {
    /// Rows with their records, in the order of their numbers, from the one after `after` on; 0 reads from the start. A damaged
    /// row is left out, reported and stays.
    package borrowing func records(
        node: Text,
        after: Int64,
        limit: Int
    ) throws(StoreError) -> [(Int64, [[UInt8]])] {
        let session = session
        var page = Page<OutboxRow, Int64>(limit: limit, after: after)
        while page.isOpen {
            let values: [Value] = [.text(node), .integer(page.after ?? after), .integer(page.missing)]
            page.begin()
            try session.connection.select(Queries.select, values) { columns in
                let row = OutboxRow(node: node, sequence: columns.integer(0), body: columns.bytes(1))
                guard row.sequence < session.outboxHorizon else { return }
                page.add(session.sifted(row, columns.bytes(2), row.label), at: row.sequence)
            }
        }
        return page.rows.map { ($0.sequence, $0.body.split(separator: Parcel.separator).map { Array($0) }) }
    }
}

extension Session {
    /// The last that a transaction writes.
    static func writeRecords(of sessions: [Session]) throws(StoreError) {
        for parcel in Parcel.pack(sessions) { try parcel.session.write(parcel) }
    }

    private func write(_ parcel: Parcel) throws(StoreError) {
        let row = OutboxRow(node: parcel.node, sequence: takeNumber(), body: parcel.body)
        let values: [Value] = [.text(row.node), .integer(row.sequence), .bytes(row.body), .bytes(row.tag(ground.rows))]
        _ = try connection.execute(Queries.insert, values)
        announce(row.sequence, parcel)
    }
}
