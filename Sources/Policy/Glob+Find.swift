extension Glob {
    /// Where the leftmost match of `segment` ends.
    ///
    /// Trying each start is fastest on honest patterns; on `aaaa…b` against `aaaa…` it would be quadratic. So it gets a
    /// budget of eight steps per unit of the segment and byte passed, after which an automaton goes on: in one step a byte,
    /// or, if the segment has `?`, bit-parallel in `⌈segment/64⌉` steps. What one segment spends beyond its own length is paid
    /// by text that no other segment looks at, so that many segments cost no more than one.
    static func find(_ segment: [UInt16], in text: Span<UInt8>, from start: Int, before limit: Int) -> Int? {
        guard let first = segment.first, limit - start >= segment.count else {
            return segment.isEmpty ? start : nil
        }
        var budget = 8 * segment.count + 64
        var position = start
        // A code point has at least one byte, so fewer bytes than units can't match.
        while position <= limit - segment.count {
            if first == anyOne || first == UInt16(text[position]) {
                var at = position
                var unit = 0
                while unit < segment.count, let next = step(segment[unit], text, at, limit) {
                    at = next
                    unit += 1
                }
                if unit == segment.count { return at }
                budget -= unit + 1
                if budget < 0 {
                    return segment.contains(anyOne)
                        ? findBitParallel(segment, in: text, from: position + 1, before: limit)
                        : findLiteral(segment, in: text, from: position + 1, before: limit)
                }
            }
            position += 1
            budget += 8
        }
        return nil
    }

    /// Knuth, Morris and Pratt (1977).
    private static func findLiteral(
        _ segment: [UInt16], in text: Span<UInt8>, from start: Int, before limit: Int
    ) -> Int? {
        // How much of the segment's beginning also ends what has matched, by how many units have.
        var overlaps = [Int](repeating: 0, count: segment.count)
        var overlap = 0
        for unit in segment.indices.dropFirst() {
            while overlap > 0, segment[unit] != segment[overlap] { overlap = overlaps[overlap - 1] }
            if segment[unit] == segment[overlap] { overlap += 1 }
            overlaps[unit] = overlap
        }
        var matched = 0
        for position in start..<limit {
            let unit = UInt16(text[position])
            while matched > 0, segment[matched] != unit { matched = overlaps[matched - 1] }
            if segment[matched] == unit { matched += 1 }
            if matched == segment.count { return position + 1 }
        }
        return nil
    }

    private static func step(_ unit: UInt16, _ text: Span<UInt8>, _ position: Int, _ limit: Int) -> Int? {
        guard position < limit else { return nil }
        let byte = text[position]
        guard unit == anyOne else { return unit == UInt16(byte) ? position + 1 : nil }
        guard !isContinuation(byte) else { return nil }
        var next = position + 1
        while next < limit, isContinuation(text[next]) { next += 1 }
        return next
    }

    /// Shift-And (Baeza-Yates and Gonnet, 1992) with as many words as the segment needs. A state that was entered by `?`
    /// also survives continuation bytes, so that `?` stays one code point.
    private static func findBitParallel(
        _ segment: [UInt16], in text: Span<UInt8>, from start: Int, before limit: Int
    ) -> Int? {
        let words = (segment.count + 63) / 64
        let masks = acceptanceMasks(segment, words: words)
        let lingering = bits(of: segment, words: words) { $0 == anyOne }
        var states = [UInt64](repeating: 0, count: words)
        let lastWord = words - 1
        let accepting: UInt64 = 1 << UInt64((segment.count - 1) % 64)
        var position = start
        while position < limit {
            let byte = text[position]
            let row = Int(byte) * words
            let keeps = isContinuation(byte)
            var carry: UInt64 = 1
            for word in 0..<words {
                let old = states[word]
                let stays = keeps ? old & lingering[word] : 0
                states[word] = ((old << 1 | carry) & masks[row + word]) | stays
                carry = old >> 63
            }
            position += 1
            if states[lastWord] & accepting != 0 {
                while position < limit, isContinuation(text[position]), segment.last == anyOne { position += 1 }
                return position
            }
        }
        return nil
    }

    private static func bits(of segment: [UInt16], words: Int, where holds: (UInt16) -> Bool) -> [UInt64] {
        var out = [UInt64](repeating: 0, count: words)
        for (index, unit) in segment.enumerated() where holds(unit) { out[index / 64] |= 1 << UInt64(index % 64) }
        return out
    }

    /// For each byte, the units it may be read by.
    private static func acceptanceMasks(_ segment: [UInt16], words: Int) -> [UInt64] {
        let anyOnes = bits(of: segment, words: words) { $0 == anyOne }
        var masks = [UInt64](repeating: 0, count: 256 * words)
        for byte in 0..<256 where !isContinuation(UInt8(byte)) {
            for word in 0..<words { masks[byte * words + word] = anyOnes[word] }
        }
        for (index, unit) in segment.enumerated() where unit < anyOne {
            masks[Int(unit) * words + index / 64] |= 1 << UInt64(index % 64)
        }
        return masks
    }
}
