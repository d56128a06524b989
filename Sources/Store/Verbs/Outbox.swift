package import Bytes

private enum Queries {
    static let insert = Query("INSERT INTO outbox (node, seq, body, tag) VALUES (?1, ?2, ?3, ?4)")
    static let select = Query("SELECT seq, body, tag FROM outbox WHERE node = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3")
    static let delete = Query("DELETE FROM outbox WHERE node = ?1 AND seq BETWEEN ?2 AND ?3")
}

/// Records that are durable with the change they tell of, until the node's trail has them.
extension Transaction {
    /// Returns the row's number.
    @discardableResult
    package borrowing func appendRecord(node: Text, _ record: [UInt8]) throws(StoreError) -> Int64 {
        let row = OutboxRow(node: node, sequence: session.ground.outbox.next(), body: record)
        session.noteAppended(row.sequence)
        let tag = row.tag(session.ground.rows)
        let values: [Value] = [.text(node), .integer(row.sequence), .bytes(record), .bytes(tag)]
        _ = try session.connection.execute(Queries.insert, values)
        return row.sequence
    }

    /// How many rows this transaction has appended.
    package borrowing func appendedRecords() -> Int { session.appended.count }

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
    /// In the order of their numbers, from the one after `after` on; 0 reads from the start. A damaged record is left out,
    /// reported and stays.
    package borrowing func records(
        node: Text,
        after: Int64,
        limit: Int
    ) throws(StoreError) -> [(Int64, [UInt8])] {
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
        return page.rows.map { ($0.sequence, $0.body) }
    }
}
