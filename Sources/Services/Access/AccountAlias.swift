internal import Bytes
internal import Policy
internal import Seal
internal import Store
internal import Wire

/// A name for an account: no two accounts of an installation have the same, and an account has one at most.
enum AccountAlias {
    static let kind: Text = "account-alias"
    static let shape = Shape.string(
        3...63,
        Pattern("^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$") { text in
            let bytes = text.bytes
            guard bytes.first != 0x2D, bytes.last != 0x2D else { return false }
            var before: UInt8 = 0
            for byte in bytes {
                let isAlphanumeric = (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
                guard isAlphanumeric || (byte == 0x2D && before != 0x2D) else { return false }
                before = byte
            }
            return true
        })

    static func key(_ alias: Text) -> ItemKey { ItemKey(place: OrganizationRows.place, kind: kind, id: alias) }
}
