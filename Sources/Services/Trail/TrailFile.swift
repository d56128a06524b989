internal import Bytes
internal import Policy
internal import Seal

/// The writer's side of the segments. Only the trail's thread touches it.
struct TrailFile: Sendable {
    private let folder: String
    private let node: Text
    private let rows: RowAuthenticator
    private let clock: Clock
    private let chance: Chance
    private let log: Log
    private let options: Trail.Options

    private var segment: Segment
    private var openedAt: Timestamp
    private var file: AppendFile?
    /// Length of the segment up to which everything is synced.
    private var syncedLength: Int
    /// Of it, what has been let go from memory.
    private var goneLength = 0
    private var chain: Chain
    /// When set, the segment must not be written again: a sync of it failed, and what its pages hold is unknown.
    private var isSuspect = false
    private var hasFailed = false
    private var archive: PolicyArchive

    init(
        folder: String,
        node: Text,
        rows: RowAuthenticator,
        clock: Clock,
        chance: Chance,
        log: Log,
        options: Trail.Options
    ) throws(TrailFlaw) {
        (self.folder, self.node, self.rows) = (folder, node, rows)
        (self.clock, self.chance, self.log, self.options) = (clock, chance, log, options)
        archive = PolicyArchive(folder: folder, isSynced: options.isSynced)
        do {
            try Folder.create(folder)
            let last = try Segment.all(in: folder).last
            openedAt = clock.now()
            segment = last ?? Segment(number: 1, at: openedAt)
            let head = try Self.provenHead(folder: folder, node: node, rows: rows)
            var walk = TrailWalk(folder: folder)
            try walk.resume(from: head)
            chain = walk.chain
            syncedLength = last == nil ? 0 : walk.offset
            if let head, head.chain.count > chain.count || (chain.count > 0 && walk.segment != segment.name) {
                log.error(
                    "trail: records are missing after \(walk.segment), byte \(walk.offset); run 'undercroft trail verify'"
                )
            } else if head == nil, chain.count > 0 {
                log.warning("trail: no valid head; that nothing was cut off its end can't be proved")
            }
            let file = try AppendFile(path: "\(folder)/\(segment.name)")
            let size = try file.size()
            if size > syncedLength {
                try file.truncate(to: syncedLength)
                try file.sync()
                log.warning(
                    "trail: dropped an unfinished record of \(size - syncedLength) bytes at the end of \(segment.name)")
            }
            try Folder.sync(folder)
            self.file = file
        } catch let flaw as FileFlaw {
            throw TrailFlaw("The trail can't be opened: \(flaw). Check the folder's owner, mode and free space.")
        } catch {
            throw TrailFlaw("The trail can't be opened: \(error)")
        }
        try? writeHead()
    }

    private static func provenHead(folder: String, node: Text, rows: RowAuthenticator) throws -> Head? {
        guard let bytes = try Folder.read("\(folder)/head"), let (head, tag) = Head.parse(bytes),
            rows.verify(tag, identity: identity(node), content: head.content)
        else { return nil }
        return head
    }

    static func identity(_ node: Text) -> Binding { Binding("trail-head", [node]) }

    /// Appends and syncs. After a failure nothing of `batch` is in the trail.
    ///
    /// - Parameter cited: the policies that the records speak of.
    mutating func write(_ batch: [[UInt8]], citing cited: [PolicyText]) throws {
        do {
            try archive.keep(cited)
            try prepare()
            var next = chain
            var lines = ByteBuilder(capacity: batch.reduce(0) { $0 + $1.count + Chain.prefixLength + 1 } + 1024)
            if hasFailed { next.append(resumedRecord(), to: &lines) }
            for record in batch { next.append(record, to: &lines) }
            try append(lines.bytes)
            chain = next
            if hasFailed { log.info("trail: writing again") }
            hasFailed = false
            try? writeHead()
        } catch {
            if !hasFailed { log.error("trail: \(error); calls are refused until it can be written again") }
            hasFailed = true
            throw error
        }
    }

    /// An open segment that may be written to.
    private mutating func prepare() throws(FileFlaw) {
        let age = clock.now().milliseconds - openedAt.milliseconds
        if isSuspect || syncedLength >= options.segmentBytes || (age >= options.segmentAge && syncedLength > 0) {
            let next = Segment(number: segment.number + 1, at: clock.now())
            let opened = try AppendFile(path: "\(folder)/\(next.name)")
            try Folder.sync(folder)
            (segment, openedAt, syncedLength, isSuspect) = (next, clock.now(), 0, false)
            goneLength = 0
            file = opened
        } else if file == nil {
            let opened = try AppendFile(path: "\(folder)/\(segment.name)")
            if try opened.size() != syncedLength { try opened.truncate(to: syncedLength) }
            file = opened
        }
    }

    private mutating func append(_ bytes: [UInt8]) throws(FileFlaw) {
        guard let current = file else { return }
        // Reopened by the next attempt unless everything below succeeds.
        file = nil
        do {
            try current.write(bytes)
        } catch {
            // Cut back to what was acknowledged; if even that fails, a later attempt or the next start does it.
            try? current.truncate(to: syncedLength)
            throw error
        }
        if options.isSynced {
            do {
                try current.sync()
            } catch {
                try? current.truncate(to: syncedLength)
                isSuspect = true
                throw error
            }
        }
        syncedLength += bytes.count
        if options.isSynced { letGo(of: current) }
        file = current
    }

    /// The trail is written all the time and hardly read: kept in memory, it would push out what is, and take fresh pages for
    /// each record. Its end stays, for whoever follows it.
    private mutating func letGo(of file: AppendFile) {
        let end = syncedLength - Self.tail
        guard end - goneLength >= Self.tail else { return }
        file.letGo(goneLength..<end)
        goneLength = end
    }

    /// In bytes.
    private static let tail = 1 << 20

    private func writeHead() throws(FileFlaw) {
        let head = Head(segment: segment.name, offset: UInt64(syncedLength), chain: chain)
        let tag = rows.tag(Self.identity(node), head.content)
        try Folder.overwrite("\(folder)/head", head.line(tag: tag))
    }

    /// Says in the trail itself that there was a time when nothing could be recorded.
    private func resumedRecord() -> [UInt8] {
        Record.serviceEvent(
            "TrailResumed",
            .cloudTrail,
            place: Place(account: .none, region: ""),
            at: clock.now(),
            requestID: "Trail-\(node)",
            eventID: chance.uuid(),
            details: ["Reason": .string("Records could not be written; calls were refused meanwhile.")]
        )
    }
}
