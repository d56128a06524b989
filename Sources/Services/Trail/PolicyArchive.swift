internal import Bytes
internal import Policy
internal import Primitives

/// The texts of the policies that records speak of, each once, in the file `policies` beside the segments: a record names the
/// statement that decided and the digest of the document it was in, and the document is here whatever became of the policy.
///
/// A line is `DIGEST TEXT`, the text as a JSON string. It proves itself: what does not have its digest is not there. So a line
/// that was torn, or written twice, does no harm. Owned by the trail's writer thread.
struct PolicyArchive: Sendable {
    private let path: String
    private let isSynced: Bool
    private var file: AppendFile?
    private var known: Set<Text> = []

    /// Bytes at the end of the file that a start looks through, so that it need not write again what is there.
    private static let memory = 16 << 20
    private static let mostKnown = 1 << 17

    init(folder: String, isSynced: Bool) {
        path = "\(folder)/policies"
        self.isSynced = isSynced
    }

    /// Once it returns the texts are durable.
    mutating func keep(_ texts: [PolicyText]) throws(FileFlaw) {
        var out = ByteBuilder()
        var added: [Text] = []
        if file == nil { known = try Self.recent(path) }
        for text in texts {
            let digest = text.digest
            guard !known.contains(digest), !added.contains(digest) else { continue }
            added.append(digest)
            out.append(digest)
            out.append(" ")
            out.append(jsonString: Text(decoding: text.bytes[...]))
            out.append("\n")
        }
        guard !added.isEmpty else { return }
        let current: AppendFile
        var lines = out.bytes
        if let file {
            current = file
        } else {
            current = try AppendFile(path: path)
            // The last line may be torn.
            if try current.size() > 0 { lines.insert(0x0A, at: 0) }
        }
        // Opened again by the next attempt unless all goes well.
        file = nil
        try current.write(lines)
        if isSynced { try current.sync() }
        file = current
        if known.count > Self.mostKnown { known.removeAll() }
        known.formUnion(added)
    }

    private static func recent(_ path: String) throws(FileFlaw) -> Set<Text> {
        var found: Set<Text> = []
        guard let file = try GrowingFile(path: path) else { return found }
        try file.lines(from: max(0, file.size - memory)) { line, _ in
            if let (digest, _) = entry(line) { found.insert(digest) }
            return true
        }
        return found
    }

    /// The text with that digest, if it is there.
    static func text(_ digest: Text, folder: String) throws(FileFlaw) -> [UInt8]? {
        guard let file = try GrowingFile(path: "\(folder)/policies") else { return nil }
        var found: [UInt8]?
        try file.lines(from: 0) { line, _ in
            if line.starts(with: digest.utf8), let (_, text) = entry(line) { found = text }
            return found == nil
        }
        return found
    }

    /// `nil` for anything that is not what it says.
    private static func entry(_ line: ArraySlice<UInt8>) -> (digest: Text, text: [UInt8])? {
        guard line.count > 33, line[line.startIndex + 32] == 0x20,
            case .string(let text)? = try? JSON.parse(Array(line.dropFirst(33)))
        else { return nil }
        let digest = Text(decoding: line.prefix(32))
        return PolicyText.digest(text.bytes) == digest ? (digest, text.bytes) : nil
    }
}

extension PolicyText {
    /// Half a SHA-256 in hex: enough that nobody finds two documents that share one.
    var digest: Text { digest(Self.digest) }

    fileprivate static func digest(_ bytes: [UInt8]) -> Text { Hex.encode(Array(SHA256.hash(bytes).bytes.prefix(16))) }
}
