internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Keys {
    /// The `kms:` keys, computed only if a policy asks. `name` is in lower case.
    static func conditionKey(
        _ name: Text,
        _ subject: Subject,
        _ call: Call,
        _ context: EncryptionContext?
    ) -> ContextKeys.Value? {
        guard name.hasPrefix("kms:") else {
            return subject.key?.tags.condition(name, "aws:resourcetag/") ?? call.globalKey(name)
        }
        if let pair = name.dropping("kms:encryptioncontext:") {
            return context?.pairs.first { $0.key.asciiLowercased == pair }.map { .one($0.value) }
        }
        switch name {
        case "kms:calleraccount": return .one(call.caller.account.text)
        case "kms:viaservice": return call.via.map { .one("\($0).\(call.place.region).amazonaws.com") }
        case "kms:encryptioncontextkeys":
            guard let context, !context.pairs.isEmpty else { return nil }
            return .many(context.pairs.map(\.key))
        case "kms:requestalias": return subject.alias.map { .one($0) }
        case "kms:resourcealiases": return aliasNames(subject, call)
        default: return subject.key.flatMap { ofKey(name, $0) }
        }
    }

    private static func ofKey(_ name: Text, _ key: KeyState) -> ContextKeys.Value? {
        switch name {
        // The older names are deprecated, and policies have them still.
        case "kms:keyspec", "kms:customermasterkeyspec": .one(key.spec.rawValue)
        case "kms:keyusage", "kms:customermasterkeyusage": .one(key.usage.rawValue)
        case "kms:keyorigin": .one(key.origin.rawValue)
        case "kms:multiregion": .one(key.family == nil ? "false" : "true")
        case "kms:multiregionkeytype": key.family.map { _ in .one(key.isPrimary ? "PRIMARY" : "REPLICA") }
        default: nil
        }
    }

    /// Whatever aliases the key has, however the caller named it. `nil` also while they are not at hand: the gate then
    /// fetches them and asks again.
    private static func aliasNames(_ subject: Subject, _ call: Call) -> ContextKeys.Value? {
        guard let key = subject.key else { return nil }
        do {
            return try call.view.aliasNames(of: key.id, in: key.place).map { .many($0) }
        } catch let detour as Detour {
            call.want(detour)
            return nil
        } catch { return nil }
    }

    /// Under which caches hold the names of a key's aliases. No row has this key: who writes an alias says that what is
    /// held here has changed.
    static func aliasNamesKey(_ keyID: Text, in place: Place) -> CacheKey {
        .item(ItemKey(place: place, kind: "alias-names", id: keyID))
    }
}

extension View {
    /// `nil` if there is none.
    func aliasNames(of keyID: Text, in place: Place) throws -> [Text]? {
        try row(Keys.aliasNamesKey(keyID, in: place)) { snapshot in
            let names = try snapshot.items(place, kind: "alias", link: keyID, limit: 1000).map(\.key.id)
            return names.isEmpty ? nil : (names, names.reduce(0) { $0 + $1.utf8.count + 32 })
        }
    }
}
