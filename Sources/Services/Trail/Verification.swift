package import Bytes
package import Seal

/// Reads segments in order and follows the chain.
struct TrailWalk {
    private let folder: String
    private(set) var chain = Chain.start
    private(set) var segment = ""
    /// Bytes of whole lines read in `segment`.
    private(set) var offset = 0
    private(set) var segments = 0
    /// Bytes after the last newline of the last segment.
    private(set) var tornBytes = 0
    /// Called with each record's JSON and the trail's position before it.
    var visit: ((ArraySlice<UInt8>) -> Void)?
    /// Chain states at line ends of the segment that the head names, to check the head against.
    var checkpoint: Head?
    private(set) var didPassCheckpoint = false

    init(folder: String) { self.folder = folder }

    mutating func run(toleratingTornTail: Bool) throws {
        let all = try Segment.all(in: folder)
        guard let first = all.first else { return }
        guard first.number == 1 else { throw TrailFlaw("Segment 1 is missing: the trail begins with \(first.name).") }
        for (position, current) in all.enumerated() {
            guard current.number == UInt64(position) + 1 else {
                throw TrailFlaw("A segment is missing before \(current.name).")
            }
            try read(current, isLast: position == all.count - 1 && toleratingTornTail)
        }
    }

    /// Reads only what came after `head`, so that a start does not cost the whole history; all of it without a head.
    mutating func resume(from head: Head?) throws {
        guard let head, let bytes = try Folder.read("\(folder)/\(head.segment)"), UInt64(bytes.count) >= head.offset
        else { return try run(toleratingTornTail: true) }
        let all = try Segment.all(in: folder)
        guard let position = all.firstIndex(where: { $0.name == head.segment }) else { return }
        chain = head.chain
        (segment, offset) = (head.segment, Int(head.offset))
        try follow(bytes, named: head.segment, isLast: position == all.count - 1)
        for (index, current) in all.enumerated().dropFirst(position + 1) {
            try read(current, isLast: index == all.count - 1)
        }
    }

    private mutating func read(_ current: Segment, isLast: Bool) throws {
        guard let bytes = try Folder.read("\(folder)/\(current.name)") else {
            throw TrailFlaw("Segment \(current.name) is gone.")
        }
        (segment, offset, segments) = (current.name, 0, segments + 1)
        passCheckpoint()
        try follow(bytes, named: current.name, isLast: isLast)
    }

    private mutating func follow(_ bytes: [UInt8], named name: String, isLast: Bool) throws {
        while offset < bytes.count {
            guard let end = bytes[offset...].firstIndex(of: 0x0A) else {
                guard isLast else { throw TrailFlaw("\(name), byte \(offset): the record does not end.") }
                tornBytes = bytes.count - offset
                return
            }
            let line = bytes[offset..<end]
            guard chain.follow(line) else {
                throw TrailFlaw("\(name), byte \(offset): this record does not continue the chain.")
            }
            visit?(line.dropFirst(Chain.prefixLength))
            offset = end + 1
            passCheckpoint()
        }
    }

    private mutating func passCheckpoint() {
        guard let checkpoint, !didPassCheckpoint else { return }
        didPassCheckpoint =
            checkpoint.chain == chain
            && (checkpoint.segment == segment && checkpoint.offset == UInt64(offset) || chain.count == 0)
    }
}

/// What `undercroft trail verify` proves.
package struct TrailProof: Sendable {
    package let segments: Int
    package let records: UInt64
    /// False when the root key was not at hand: the chain holds, but whoever can write the files could have made a new one.
    package let isHeadProved: Bool
    /// A record that was being written while the files were read, or was never acknowledged.
    package let unfinishedBytes: Int
}

extension Trail {
    /// Proves the whole chain, and with the root key also that nothing was cut off its end. Safe while a server writes.
    ///
    /// - Parameter rows: `nil` when the seal can't be opened.
    package static func verify(folder: String, node: Text, rows: RowAuthenticator?) throws -> TrailProof {
        // Read first: the server moves on meanwhile, and a newer head would name lines not yet read.
        let head = try Folder.read("\(folder)/head").flatMap { Head.parse($0) }
        var walk = TrailWalk(folder: folder)
        walk.checkpoint = head?.0
        try walk.run(toleratingTornTail: true)
        if let rows {
            guard let (claimed, tag) = head else {
                if walk.chain.count == 0 { return proof(walk, isHeadProved: true) }
                throw TrailFlaw("The head file is missing or unreadable: records may have been cut off the end.")
            }
            guard rows.verify(tag, identity: TrailFile.identity(node), content: claimed.content) else {
                throw TrailFlaw("The head file was not written under this root key.")
            }
            guard walk.didPassCheckpoint else {
                throw TrailFlaw(
                    "The trail ends at \(walk.segment), byte \(walk.offset), but \(claimed.chain.count) records were acknowledged up to \(claimed.segment), byte \(claimed.offset)."
                )
            }
        }
        return proof(walk, isHeadProved: rows != nil)
    }

    private static func proof(_ walk: TrailWalk, isHeadProved: Bool) -> TrailProof {
        TrailProof(
            segments: walk.segments,
            records: walk.chain.count,
            isHeadProved: isHeadProved,
            unfinishedBytes: walk.tornBytes
        )
    }

    /// Every record's JSON, oldest first, without judging the chain beyond what reading needs.
    package static func records(folder: String, _ visit: @escaping (ArraySlice<UInt8>) -> Void) throws {
        var walk = TrailWalk(folder: folder)
        walk.visit = visit
        try walk.run(toleratingTornTail: true)
    }
}

extension Trail {
    /// The newest records, the oldest of them first. Read from the end, so that a long trail costs no more than a short one; what
    /// is no whole line is left out, and the chain is not judged.
    package static func newest(_ count: Int, folder: String) throws -> [[UInt8]] {
        var found: [[UInt8]] = []
        for segment in try Segment.all(in: folder).reversed() where found.count < count {
            guard let bytes = try Folder.read("\(folder)/\(segment.name)"), var end = bytes.lastIndex(of: 0x0A) else {
                continue
            }
            while found.count < count, end > 0 {
                let before = bytes[..<end].lastIndex(of: 0x0A)
                let line = bytes[(before.map { $0 + 1 } ?? 0)..<end]
                if line.count > Chain.prefixLength { found.append(Array(line.dropFirst(Chain.prefixLength))) }
                end = before ?? 0
            }
        }
        return found.reversed()
    }

    /// `eventID`s of the two newest segments.
    func recentEventIDs() throws -> Set<[UInt8]> {
        var found: Set<[UInt8]> = []
        for segment in try Segment.all(in: folder).suffix(2) {
            guard let bytes = try Folder.read("\(folder)/\(segment.name)") else { continue }
            for line in bytes.split(separator: 0x0A) {
                if let id = EventID.find(in: line) { found.insert(id) }
            }
        }
        return found
    }
}
