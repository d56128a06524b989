package import Bytes

/// A row that a cache may hold decoded.
package enum CacheKey: Sendable, Hashable {
    case item(ItemKey)
    case secret(Place, Text)
    case version(Place, Text, Text)

    var account: AccountID {
        switch self {
        case .item(let key): key.place.account
        case .secret(let place, _), .version(let place, _, _): place.account
        }
    }
}

/// How keys travel from node to node: a kind byte and length-prefixed parts. The account is the row's own column.
extension CacheKey {
    static func encode(_ keys: [CacheKey]) -> [UInt8] {
        var out = ByteBuilder(capacity: keys.count * 64)
        for key in keys {
            let (kind, parts) = key.parts
            out.append(byte: kind)
            for part in parts { out.append(lengthPrefixed: part.utf8) }
        }
        return out.bytes
    }

    /// `nil` if `bytes` are not what `encode` writes.
    static func decode(_ bytes: [UInt8], account: AccountID) -> [CacheKey]? {
        var keys: [CacheKey] = []
        var rest = bytes[...]
        while let kind = rest.popFirst() {
            guard let region = part(&rest), let first = part(&rest) else { return nil }
            let place = Place(account: account, region: region)
            switch kind {
            case 2: keys.append(.secret(place, first))
            case 1, 3:
                guard let second = part(&rest) else { return nil }
                keys.append(
                    kind == 1
                        ? .item(ItemKey(place: place, kind: first, id: second)) : .version(place, first, second)
                )
            default: return nil
            }
        }
        return keys
    }

    private var parts: (kind: UInt8, [Text]) {
        switch self {
        case .item(let key): (1, [key.place.region, key.kind, key.id])
        case .secret(let place, let name): (2, [place.region, name])
        case .version(let place, let name, let id): (3, [place.region, name, id])
        }
    }

    private static func part(_ rest: inout ArraySlice<UInt8>) -> Text? {
        guard rest.count >= 4 else { return nil }
        let length = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        rest = rest.dropFirst(4)
        guard rest.count >= length else { return nil }
        defer { rest = rest.dropFirst(length) }
        return Text(utf8: rest.prefix(length))
    }
}
