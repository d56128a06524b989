/// A request target's query, decoded into pairs of bytes. `+` is a plus sign: SigV4 knows no form encoding.
struct QueryString {
    struct Pair {
        var name: [UInt8]
        var value: [UInt8]
    }

    var pairs: [Pair]

    init(_ query: ArraySlice<UInt8>) {
        pairs = query.split(separator: 0x26).map { pair in
            let cut = pair.firstIndex(of: 0x3D) ?? pair.endIndex
            let value = cut < pair.endIndex ? pair[(cut + 1)...] : []
            return Pair(name: PercentCoding.decodeLeniently(pair[..<cut]), value: PercentCoding.decodeLeniently(value))
        }
    }

    func has(_ name: String) -> Bool { pairs.contains { $0.name.elementsEqual(name.utf8) } }

    func values(of name: String) -> [[UInt8]] {
        pairs.filter { $0.name.elementsEqual(name.utf8) }.map(\.value)
    }

    /// Sorted by encoded name, then by encoded value, without the signature itself.
    func appendCanonical(omitting omitted: [String], to out: inout [UInt8]) {
        let kept = pairs.filter { pair in !omitted.contains { pair.name.elementsEqual($0.utf8) } }
        let encoded = kept.map { Pair(name: PercentCoding.encode($0.name), value: PercentCoding.encode($0.value)) }
        let sorted = encoded.sorted { a, b in
            a.name == b.name ? a.value.lexicographicallyPrecedes(b.value) : a.name.lexicographicallyPrecedes(b.name)
        }
        for (position, pair) in sorted.enumerated() {
            if position > 0 { out.append(0x26) }
            out.append(contentsOf: pair.name)
            out.append(0x3D)
            out.append(contentsOf: pair.value)
        }
    }
}
