internal import Bytes
internal import Store
internal import Wire

/// A secret's tag makes its schedule wait until all its readers have the current version, or until a deadline (decision 0025).
enum RotationWait {
    static let tag: Text = "undercroft:wait-for-convergence"
    /// Milliseconds between two looks at who is behind.
    static let interval: Int64 = 60_000

    /// `1h` to `720h`.
    static func hours(_ value: Text) -> Int64? {
        guard let hours = value.dropping(suffix: "h")?.decimal, (1...720).contains(hours) else { return nil }
        return Int64(hours)
    }

    static func check(_ tag: Tag) throws(Fault) {
        guard tag.key == Self.tag, hours(tag.value) == nil else { return }
        throw .invalidParameter(
            "The value of the tag \(Self.tag) must be a number of hours from 1h to 720h: how long a scheduled rotation waits at most for principals that have not read the current version."
        )
    }

    /// Until when the rotation that is due waits for `readers`; `nil` if it does not.
    static func end(_ draft: SecretDraft, _ readers: SecretReaders, at now: Timestamp) -> Timestamp? {
        guard let hours = draft.waitHours, let due = Rotation.due(draft), due <= now, !readers.behind.isEmpty else {
            return nil
        }
        let end = due + hours * 3_600_000
        return now < end ? end : nil
    }

    /// Puts the rotation that is due off for a little. False if it is to begin.
    static func takesHold(
        _ draft: SecretDraft, _ duty: inout RotationDuty, at now: Timestamp, _ house: House,
        _ transaction: borrowing Transaction
    ) throws -> Bool {
        guard draft.waitHours != nil else { return false }
        let readers = try SecretReaders(of: draft, transaction)
        try readers.collect(transaction)
        guard let end = end(draft, readers, at: now) else { return false }
        let due = Rotation.due(draft)
        if duty.announced != due {
            duty.announced = due
            try Rotation.record(
                "RotationDeferred", draft, readers.current ?? "", at: now, house,
                details: [
                    "PrincipalsBehind": .integer(Int64(readers.behind.count)), "WaitsUntil": .string(end.iso8601),
                ], transaction)
        }
        (duty.holder, duty.item.due) = (nil, min(now + interval, end))
        try duty.save(transaction)
        return true
    }
}

extension SecretDraft {
    /// How long a scheduled rotation waits for the secret's readers; `nil` without the tag.
    var waitHours: Int64? { tags?.first { $0.key == RotationWait.tag }.flatMap { RotationWait.hours($0.value) } }
}

/// Who has read a secret of late.
struct SecretReaders: Sendable {
    /// Milliseconds before the current version was made: who was not seen since is taken to be gone.
    private static let memory: Int64 = 30 * 86_400_000

    let current: Text?
    /// Without rotators and without those who are gone: who is behind first, then by time.
    let all: [SecretReader]
    private let gone: [ItemKey]

    init<Reader: StoreReader & ~Copyable>(of draft: SecretDraft, _ reader: borrowing Reader) throws {
        let (place, name, current) = (draft.row.place, draft.row.name, draft.labels[Secrets.current])
        // What was last seen a month before the version that is current now had its chance at the one before.
        let made = try current.flatMap { id in
            try reader.versionAges(place, name).first { $0.id == id }?.created
        }
        let known = try SecretReader.all(of: name, in: place, reader)
        let since = (made?.day ?? Timestamp(milliseconds: 0)) + -Self.memory
        self.current = current
        gone = known.filter { $0.seen < since }.map { SecretReader.key($0.principal, name, in: place) }
        all = known.filter { $0.seen >= since && !$0.isRotator }.sorted { a, b in
            let (aIsBehind, bIsBehind) = (a.version != current, b.version != current)
            if aIsBehind != bIsBehind { return aIsBehind }
            return a.since == b.since ? a.principal < b.principal : a.since < b.since
        }
    }

    var behind: [SecretReader] { all.filter { $0.version != current } }

    func collect(_ transaction: borrowing Transaction) throws { for key in gone { try transaction.delete(key) } }

    /// As DescribeRotation shows them.
    var shown: Document {
        .list(
            all.map { reader in
                .structure([
                    "Principal": .string(reader.principal), "VersionId": .string(reader.version),
                    "Since": .timestamp(reader.since), "IsBehind": .bool(reader.version != current),
                ])
            })
    }
}
