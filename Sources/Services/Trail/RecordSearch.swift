package import Bytes
internal import Wire

/// Finds a request's records by its id without reading the whole trail: the id tells when, the names of segments tell where, and
/// within a segment halving does.
///
/// A record stands where its call ended, so that the order of a trail is nearly that of the ids, and no more. Two looks make up
/// for that: a narrow one that finds nearly everything, then a wide one. A record that a crash or an outage held back for longer
/// than ``wide`` is found only as far as ``overrun`` reaches.
package struct RecordSearch: Sendable {
    private let folder: String

    /// Milliseconds within which a record follows its call.
    private static let narrow: Int64 = 2_000
    private static let wide: Int64 = 60_000
    /// Bytes that the wide look reads on beyond its time.
    private static let overrun = 8 << 20
    /// Bytes that a look reads at most.
    private static let most = 256 << 20

    package init(folder: String) { self.folder = folder }

    /// The request's own record last; before it those of what a service did on its behalf, in their order. Empty if there is
    /// none here.
    package func records(of id: RequestID) throws -> [Fields] {
        let found = try look(for: id, within: Self.narrow, overrun: 0)
        return found.isEmpty ? try look(for: id, within: Self.wide, overrun: Self.overrun) : found
    }

    private func look(for id: RequestID, within slack: Int64, overrun: Int) throws -> [Fields] {
        var pursuit = Pursuit(id)
        var budget = Self.most
        var beyond = 0
        let segments = try Segment.all(in: folder)
        for (index, segment) in segments.enumerated() {
            let next = index + 1 < segments.count ? segments[index + 1].opened : nil
            // Names tell whole seconds.
            guard segment.opened <= id.time + (slack + 1000) || beyond > 0 else { break }
            if let next, next < id.time + (-slack - 1000) { continue }
            guard let file = try GrowingFile(path: "\(folder)/\(segment.name)") else { continue }
            let start = try Self.start(in: file, of: id.time + -slack)
            try file.lines(from: start) { line, _ in
                budget -= line.count
                let isPast = Self.time(of: line).map { $0 > id.time + slack } ?? false
                if isPast || beyond > 0 { beyond += line.count }
                return pursuit.follow(line) && beyond <= overrun && budget > 0
            }
            if pursuit.isDone || beyond > overrun || budget <= 0 { break }
        }
        return pursuit.found
    }

    /// The beginning of a line before which there is no record of a call after `time`.
    private static func start(in file: GrowingFile, of time: Timestamp) throws -> Int {
        var (low, high) = (0, file.size)
        while high - low > 1 << 17 {
            let middle = (low + high) / 2
            // Only a line that is older proves something: what was recorded later may be older too.
            if let (line, start) = try file.line(after: middle, before: high), let then = self.time(of: line),
                then < time
            {
                low = start
            } else {
                high = middle
            }
        }
        return low
    }

    private static let timeMember = Array(#""eventTime":""#.utf8)

    /// In whole seconds. The first member of that name is the record's own: what a caller chose comes after it.
    static func time(of line: ArraySlice<UInt8>) -> Timestamp? {
        guard let start = line.firstIndex(ofRun: timeMember), line.endIndex - start >= 20 else { return nil }
        return Timestamp(iso8601: Text(decoding: line[start..<start + 20]))
    }

    /// Watches lines go by until the request's records have been seen.
    private struct Pursuit {
        /// How the copy for the owner of what was used begins: it has the request's id, and knows no reasons.
        private static let ownersCopy = Array(#"{"eventVersion":"1.11","userIdentity":{"type":"AWSAccount""#.utf8)

        private let id: RequestID
        private let second: Timestamp
        private let mark: [UInt8]
        /// Records of the request's family that stand right before the line to come.
        private var family: [Fields] = []
        /// Of the request itself, once it went by.
        private var own: Fields?
        private(set) var isDone = false

        init(_ id: RequestID) {
            self.id = id
            second = Timestamp(seconds: id.time.seconds)
            mark = Array(#""requestID":""#.utf8) + id.family
        }

        /// False when there is nothing left to see.
        mutating func follow(_ line: ArraySlice<UInt8>) -> Bool {
            if line.dropFirst(Chain.prefixLength).starts(with: Self.ownersCopy) { return true }
            let kin = RecordSearch.time(of: line) == second ? self.kin(line) : nil
            if own != nil {
                // A later record of the family: then the id was not the request's but that of a part of it.
                if kin != nil { family = [] }
                isDone = true
                return false
            }
            guard let kin else {
                family = []
                return true
            }
            if kin.text("requestID") == id.text { own = kin } else { family.append(kin) }
            return true
        }

        var found: [Fields] { own.map { family + [$0] } ?? [] }

        private func kin(_ line: ArraySlice<UInt8>) -> Fields? {
            guard line.count > Chain.prefixLength, line.firstIndex(ofRun: mark) != nil,
                case .structure(let record)? = try? JSON.parse(Array(line.dropFirst(Chain.prefixLength))),
                record.text("requestID").map({ Array($0.utf8.prefix(id.family.count)) }) == id.family
            else { return nil }
            return record
        }
    }
}

extension ArraySlice<UInt8> {
    /// Where what follows the first occurrence of `run` begins.
    func firstIndex(ofRun run: [UInt8]) -> Int? {
        let (text, run) = (span, run.span)
        guard run.count > 0, text.count >= run.count else { return nil }
        let first = run[0]
        var index = 0
        let last = text.count - run.count
        while index <= last {
            if text[index] == first {
                var matched = 1
                while matched < run.count, text[index &+ matched] == run[matched] { matched &+= 1 }
                if matched == run.count { return startIndex + index + run.count }
            }
            index &+= 1
        }
        return nil
    }
}
