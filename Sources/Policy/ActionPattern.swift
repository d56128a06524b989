import Bytes

/// An action in lower case with what most patterns can be ruled out by.
struct FoldedAction: Sendable {
    let bytes: [UInt8]
    let hash: UInt64
    /// One of 64 bits, chosen by the service prefix.
    let serviceBit: UInt64
    /// One of 64 bits, chosen by the whole action.
    let actionBit: UInt64

    init(_ action: Text) {
        var bytes = action.bytes
        for index in bytes.indices { bytes[index] = FoldedAction.fold(bytes[index]) }
        self.bytes = bytes
        hash = FoldedAction.hash(bytes[...])
        serviceBit = FoldedAction.bit(FoldedAction.hash(bytes.prefix { $0 != 0x3A }))
        actionBit = FoldedAction.bit(hash)
    }

    static func fold(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte }

    static func bit(_ hash: UInt64) -> UInt64 { 1 << (hash >> 58) }

    /// FNV-1a. Only rules out: equal hashes are always followed by a comparison.
    static func hash(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0100_0000_01b3 }
        return hash &* 0x9E37_79B9_7F4A_7C15
    }
}

/// One member of `Action` or `NotAction`.
struct ActionPattern: Sendable {
    private let glob: Glob
    /// Of an action without wildcards.
    private let hash: UInt64?
    /// The services it can match, as `FoldedAction.serviceBit`s; all bits if the service has a wildcard.
    let serviceBits: UInt64
    /// The actions it can match, as `FoldedAction.actionBit`s; all bits if it has a wildcard.
    let actionBits: UInt64

    init(_ text: Text) throws(MalformedPolicy) {
        if text == "*" {
            glob = Glob([Glob.anyRun])
            hash = nil
            (serviceBits, actionBits) = (.max, .max)
            return
        }
        let bytes = text.utf8.map(FoldedAction.fold)
        let halves = bytes.split(separator: 0x3A, omittingEmptySubsequences: false)
        guard halves.count == 2, halves.allSatisfy({ !$0.isEmpty }) else {
            throw MalformedPolicy("an action is \"*\" or has the form service:action")
        }
        guard halves.allSatisfy({ $0.allSatisfy(ActionPattern.isAllowed) }) else {
            throw MalformedPolicy("a character that no action has")
        }
        let hasWildcard = { (part: ArraySlice<UInt8>) in part.contains(0x2A) || part.contains(0x3F) }
        serviceBits = hasWildcard(halves[0]) ? .max : FoldedAction.bit(FoldedAction.hash(halves[0]))
        glob = Glob(wild: bytes)
        hash = hasWildcard(bytes[...]) ? nil : FoldedAction.hash(bytes[...])
        actionBits = hash.map(FoldedAction.bit) ?? .max
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x61...0x7A, 0x30...0x39, 0x2A, 0x3F, 0x2D, 0x5F: true
        default: false
        }
    }

    func matches(_ action: FoldedAction) -> Bool {
        if let hash, hash != action.hash { return false }
        return glob.matches(action.bytes.span)
    }
}
