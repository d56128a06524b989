internal import Bytes
internal import Synchronization
internal import Wire

/// The keys of identity providers, fetched when a token needs them and kept for an hour.
package final class WebKeys: Sendable {
    private struct Set {
        var keys: [WebKey]
        var fetched: Timestamp
    }

    /// Whose keys, and who may vouch for them: that is each account's own to say.
    struct Source: Hashable, Sendable {
        let issuer: Text
        let thumbprints: [Text]
    }

    /// A provider that changes keys shows the new one at once: an unknown key is looked for again, but not with every token.
    private static let patience: Int64 = 10_000
    private static let lifetime: Int64 = 3_600_000
    private static let most = 1024
    private let sets = Mutex<[Source: Set]>([:])

    package init() {}

    enum Found {
        case keys([WebKey])
        /// They have to be fetched first.
        case missing
    }

    /// - Parameter id: `kid`; without one every key may be meant.
    func find(_ source: Source, _ id: Text?, at now: Timestamp) -> Found {
        sets.withLock { sets in
            guard let set = sets[source], now < set.fetched + Self.lifetime else { return .missing }
            let fitting = set.keys.filter { id == nil || $0.id == id }
            return fitting.isEmpty && now >= set.fetched + Self.patience ? .missing : .keys(fitting)
        }
    }

    func keep(_ keys: [WebKey], of source: Source, at now: Timestamp) {
        sets.withLock { sets in
            if sets.count >= Self.most { sets.removeAll() }
            sets[source] = Set(keys: keys, fetched: now)
        }
    }

    /// OpenID Connect Discovery 1.0, 4: the issuer tells where its keys are.
    func fetch(_ source: Source, _ house: House) async throws {
        let issuer = source.issuer
        let base = issuer.utf8.last == 0x2F ? Text(String(issuer.string.dropLast())) : issuer
        let discovery: Text = "\(base)/.well-known/openid-configuration"
        let document = try Self.object(try await house.fetch(discovery, source.thumbprints))
        guard document.text("issuer") == issuer, let location = document.text("jwks_uri"),
            location.hasPrefix("https://")
        else { throw Unusable() }
        let keys = try Self.object(try await house.fetch(location, source.thumbprints)).list("keys") ?? []
        keep(
            keys.compactMap { if case .structure(let fields) = $0 { WebKey(fields) } else { nil } }, of: source,
            at: house.clock.now())
    }

    private struct Unusable: Error {}

    private static func object(_ bytes: [UInt8]) throws -> Fields {
        guard case .structure(let fields)? = try? JSON.parse(bytes) else { throw Unusable() }
        return fields
    }
}
