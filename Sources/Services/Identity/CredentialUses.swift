internal import Bytes
internal import Synchronization
internal import Wire

/// When and for what access keys were used last. Noted in memory and written by a duty: AWS, too, tells it with some delay.
package final class CredentialUses: Sendable {
    struct Use: Sendable, Equatable {
        var time: Timestamp
        var region: Text
        var service: Text
    }

    /// Milliseconds within which a second use is not worth noting.
    private static let grain: Int64 = 60_000
    private static let most = 65_536
    private let uses = Mutex<[Text: Use]>([:])

    package init() {}

    /// - Parameter id: of what was used; the access key itself unless given.
    func note(_ claim: SignatureClaim, _ now: Timestamp, as id: Text? = nil) {
        let id = id ?? claim.accessKeyID
        uses.withLock { uses in
            if let last = uses[id], now < last.time + Self.grain, last.service == claim.service { return }
            if uses.count >= Self.most { uses.removeAll() }
            uses[id] = Use(time: now, region: claim.region, service: claim.service)
        }
    }

    /// Not yet written ones.
    subscript(accessKeyID: Text) -> Use? { uses.withLock { $0[accessKeyID] } }

    /// All of them; ``forget(_:)`` those that are written.
    var all: [Text: Use] { uses.withLock { $0 } }

    func forget(_ written: [Text: Use]) {
        uses.withLock { uses in
            for (key, use) in written where uses[key] == use { uses[key] = nil }
        }
    }
}
