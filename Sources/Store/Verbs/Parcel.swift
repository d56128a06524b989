internal import Bytes

/// Records of one node that share a row of the outbox.
struct Parcel {
    let node: Text
    /// Whose number the row has, and who tells the courier what became of it.
    let session: Session
    var records: [[UInt8]]
    /// In bytes, line breaks included.
    var size: Int

    /// JSON has no raw line break, so a record is a line.
    static let separator: UInt8 = 0x0A
    /// A row larger than this would save nothing more, and readers take many rows at a time.
    static let fullSize = 1 << 16

    var body: [UInt8] {
        var out = ByteBuilder(capacity: size)
        for record in records {
            if !out.bytes.isEmpty { out.append(byte: Self.separator) }
            out.append(record)
        }
        return out.bytes
    }

    /// Packs what the jobs of one transaction recorded: a row for a record each would take a page each.
    static func pack(_ sessions: [Session]) -> [Parcel] {
        var parcels: [Parcel] = []
        for session in sessions {
            let records = session.records
            let all = records.span
            for index in all.indices {
                let (node, size) = (all[index].node, all[index].record.count + 1)
                let last = parcels.lastIndex { $0.node == node }
                if let last, parcels[last].size + size <= fullSize {
                    parcels[last].records.append(all[index].record)
                    parcels[last].size += size
                } else {
                    parcels.append(
                        Parcel(node: node, session: session, records: [all[index].record], size: size))
                }
            }
        }
        return parcels
    }
}
