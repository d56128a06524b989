internal import Bytes

/// A line of SHOW GRANTS, taken apart to say the same of another account.
struct GrantLine {
    /// Up to the account.
    let head: [UInt8]
    /// After it, without how the account logs in.
    let tail: [UInt8]

    /// `nil` for a line about somebody else: the grants of roles stand there too.
    init?(_ line: [UInt8], of username: Text, at host: Text) {
        let words = Self.words(line)
        guard let verb = words.first.map({ Self.keyword(line[$0]) }) else { return nil }
        let preposition: Text
        switch verb {
        case "GRANT": preposition = "TO"
        case "REVOKE": preposition = "FROM"
        case "SET": preposition = "FOR"
        default: return nil
        }
        guard let at = words.firstIndex(where: { Self.keyword(line[$0]) == preposition }), at + 1 < words.count,
            Self.parts(line[words[at + 1]]) == [username, host]
        else { return nil }
        head = Array(line[..<words[at + 1].lowerBound])
        let rest = words[(at + 2)...]
        guard let start = rest.first(where: { Self.keyword(line[$0]) == "IDENTIFIED" }) else {
            tail = Array(line[words[at + 1].upperBound...])
            return
        }
        // After BY, VIA or WITH, which is not the WITH of options.
        let end = rest.filter { $0.lowerBound > start.upperBound }.dropFirst()
            .first { ["REQUIRE", "WITH"].contains(Self.keyword(line[$0])) }
        tail =
            Array(line[words[at + 1].upperBound..<start.lowerBound]) + (end.map { Array(line[$0.lowerBound...]) } ?? [])
    }

    /// Every account has USAGE, and who may not grant everything may not grant that either.
    var saysNothing: Bool {
        head == Array("GRANT USAGE ON *.* TO ".utf8) && tail.allSatisfy { $0 == 0x20 }
    }

    private static func keyword(_ bytes: ArraySlice<UInt8>) -> Text { Text(decoding: bytes) }

    /// Runs without a space, where what stands in quotes has none.
    private static func words(_ line: [UInt8]) -> [Range<Int>] {
        var (words, start, quote): ([Range<Int>], Int, UInt8?) = ([], 0, nil)
        var index = 0
        while index < line.count {
            let byte = line[index]
            if let open = quote {
                if byte == 0x5C, open != 0x60 { index += 1 } else if byte == open { quote = nil }
            } else if byte == 0x20 {
                if start < index { words.append(start..<index) }
                start = index + 1
            } else if [0x27, 0x22, 0x60].contains(byte) {
                quote = byte
            }
            index += 1
        }
        if start < line.count { words.append(start..<line.count) }
        return words
    }

    /// `` `app`@`%` `` → app, %.
    private static func parts(_ account: ArraySlice<UInt8>) -> [Text] {
        var (parts, part, quote): ([Text], [UInt8], UInt8?) = ([], [], nil)
        var index = account.startIndex
        while index < account.endIndex {
            let byte = account[index]
            if let open = quote {
                if byte == open, index + 1 < account.endIndex, account[index + 1] == open {
                    part.append(byte)
                    index += 1
                } else if byte == open {
                    quote = nil
                } else if byte == 0x5C, open != 0x60, index + 1 < account.endIndex {
                    index += 1
                    part.append(account[index])
                } else {
                    part.append(byte)
                }
            } else if byte == 0x40 {
                parts.append(Text(decoding: part[...]))
                part = []
            } else if [0x27, 0x22, 0x60].contains(byte) {
                quote = byte
            } else {
                part.append(byte)
            }
            index += 1
        }
        return parts + [Text(decoding: part[...])]
    }
}
