internal import Bytes

/// Reads whole lines of a file that somebody else may be appending to, piece by piece.
struct GrowingFile: Sendable {
    private static let piece = 1 << 18

    private let file: ReadFile
    /// Length when it was opened; what comes later is not read.
    let size: Int

    /// `nil` if there is no such file.
    init?(path: String) throws(FileFlaw) {
        guard let file = try ReadFile(path: path) else { return nil }
        self.file = file
        size = try file.size()
    }

    /// Calls `visit` with each whole line from the byte `start`, and the byte that the line begins at, until it says false.
    ///
    /// - Parameter start: the beginning of a line.
    func lines(from start: Int, _ visit: (ArraySlice<UInt8>, Int) -> Bool) throws(FileFlaw) {
        var (held, base): ([UInt8], Int) = ([], start)
        var unread = start
        while unread < size {
            let more = try file.read(from: unread, count: min(Self.piece, size - unread))
            guard !more.isEmpty else { return }
            unread += more.count
            held += more
            var position = 0
            while let end = held[position...].firstIndex(of: 0x0A) {
                guard visit(held[position..<end], base + position) else { return }
                position = end + 1
            }
            held.removeFirst(position)
            base += position
        }
    }

    /// The first line that begins after the byte `offset`, if it begins before `end`.
    func line(after offset: Int, before end: Int) throws(FileFlaw) -> (line: ArraySlice<UInt8>, start: Int)? {
        var found: (ArraySlice<UInt8>, Int)?
        // What `offset` falls into is passed over.
        try lines(from: offset) { line, start in
            guard start > offset else { return true }
            if start < end { found = (line, start) }
            return false
        }
        return found
    }
}
