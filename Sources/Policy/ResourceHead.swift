/// How the last part of a resource's ARN has to begin, as a hash: rules out most statements about the asked action without
/// touching them.
struct ResourceHead: Sendable, Equatable {
    /// Longer beginnings are compared up to here.
    static let longest = 64

    /// Bytes; 0 rules nothing out.
    private let length: Int
    private let hash: UInt64

    static let any = ResourceHead([])

    init(_ bytes: some Collection<UInt8>) {
        length = min(bytes.count, ResourceHead.longest)
        hash = bytes.prefix(ResourceHead.longest).reduce(ResourceHead.seed, ResourceHead.step)
    }

    /// Of a statement with these literal beginnings: what all of them share.
    init(shared beginnings: [[UInt8]]) {
        guard var shared = beginnings.first?[...] else {
            self = .any
            return
        }
        for other in beginnings.dropFirst() {
            shared = shared.prefix(zip(shared, other).prefix { $0 == $1 }.count)
        }
        self.init(shared)
    }

    func mayBegin(_ hashes: [UInt64]) -> Bool { length == 0 || length < hashes.count && hashes[length] == hash }

    /// Of each beginning of `part` up to ``longest`` bytes, the empty one first.
    static func hashes(_ part: Span<UInt8>) -> [UInt64] {
        let count = min(part.count, longest)
        var hash = seed
        var all = [hash]
        all.reserveCapacity(count + 1)
        for index in 0..<count {
            hash = step(hash, part[index])
            all.append(hash)
        }
        return all
    }

    /// FNV-1a. Only rules out: equal hashes are always followed by a comparison.
    private static let seed: UInt64 = 0xcbf2_9ce4_8422_2325
    private static func step(_ hash: UInt64, _ byte: UInt8) -> UInt64 { (hash ^ UInt64(byte)) &* 0x0100_0000_01b3 }
}
