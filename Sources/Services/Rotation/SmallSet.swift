/// Numbers below 64, as bits.
struct SmallSet: Sendable, Equatable {
    private(set) var bits: UInt64 = 0

    var isEmpty: Bool { bits == 0 }
    var values: [Int] { (0..<64).filter(contains) }

    func contains(_ value: Int) -> Bool { bits >> UInt64(value) & 1 == 1 }
    mutating func insert(_ value: Int) { bits |= 1 << UInt64(value) }
    mutating func formUnion(_ other: SmallSet) { bits |= other.bits }
}
