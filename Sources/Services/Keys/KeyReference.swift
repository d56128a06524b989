internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Keys {
    static func itemKey(_ id: Text, in place: Place) -> ItemKey { ItemKey(place: place, kind: "key", id: id) }
    static func aliasKey(_ name: Text, in place: Place) -> ItemKey { ItemKey(place: place, kind: "alias", id: name) }

    /// What a `KeyId` parameter names.
    enum Reference: Sendable {
        case key(Text, Place)
        case alias(Text, Place)
        case malformed(Fault)

        /// Key id, key ARN, alias name or alias ARN; names mean the caller's own account and region.
        init(_ text: Text, in place: Place) {
            guard text.hasPrefix("arn:") else {
                self =
                    text.hasPrefix("alias/")
                    ? .alias(text, place)
                    : Reference.isKeyID(text)
                        ? .key(text, place)
                        : .malformed(Fault("NotFoundException", "Invalid keyId '\(text)'"))
                return
            }
            guard let arn = ARN(text), arn.service == "kms", let account = AccountID(arn.account) else {
                self = .malformed(Fault("NotFoundException", "Invalid arn \(text)"))
                return
            }
            guard arn.region == place.region else {
                self = .malformed(Fault("NotFoundException", "Invalid arn \(arn.region)"))
                return
            }
            let owner = Place(account: account, region: arn.region)
            if arn.resource.hasPrefix("alias/") {
                self = .alias(arn.resource, owner)
            } else if arn.resource.hasPrefix("key/") {
                self = .key(arn.resource.dropping("key/") ?? "", owner)
            } else {
                self = .malformed(Fault("NotFoundException", "Invalid arn \(text)"))
            }
        }

        /// A UUID, or a multi-Region key's `mrk-` and 32 hex digits.
        private static func isKeyID(_ text: Text) -> Bool {
            let bytes = Array(text.utf8)
            if text.hasPrefix("mrk-") {
                return bytes.count == 36 && bytes[4...].allSatisfy { Hex.value(of: $0) != nil }
            }
            guard bytes.count == 36 else { return false }
            return bytes.enumerated().allSatisfy { position, byte in
                [8, 13, 18, 23].contains(position) ? byte == 0x2D : Hex.value(of: byte) != nil
            }
        }
    }

    /// The key that a call is about. `key` is `nil` where there is none; `missing` is then the answer to the entitled.
    struct Subject: Sendable {
        let key: KeyState?
        /// The key's ARN, or the one that the reference would have.
        let arn: Text
        let owner: AccountID
        let missing: Fault
        /// The alias by which the caller named it.
        var alias: Text?

        var recorded: [RecordedResource] {
            key.map { [RecordedResource(arn: $0.arn, account: owner, type: "AWS::KMS::Key")] } ?? []
        }

        func require() throws(Fault) -> KeyState {
            guard let key else { throw missing }
            return key
        }
    }

    static func find(_ text: Text, _ call: Call) throws -> Subject {
        switch Reference(text, in: call.place) {
        case .key(let id, let place):
            let key = try call.view.key(id, in: place)
            let arn = key?.arn ?? Keys.arn(id, in: place)
            return Subject(
                key: key, arn: arn, owner: place.account,
                missing: Fault("NotFoundException", "Key '\(arn)' does not exist")
            )
        case .alias(let name, let place):
            let missing = Fault("NotFoundException", "Alias \(aliasARN(name, in: place)) is not found.")
            guard let alias = try alias(name, in: place, call) else {
                return Subject(
                    key: nil, arn: aliasARN(name, in: place), owner: place.account, missing: missing, alias: name
                )
            }
            return Subject(
                key: try call.view.key(alias.target, in: place),
                arn: arn(alias.target, in: place),
                owner: place.account,
                missing: missing,
                alias: name
            )
        case .malformed(let fault):
            return Subject(key: nil, arn: "*", owner: call.place.account, missing: fault)
        }
    }

    /// For operations that AWS does not open to other accounts, whatever the key's policy says.
    static func findOwn(_ text: Text, _ call: Call) throws -> Subject {
        let subject = try find(text, call)
        guard subject.owner == call.caller.account else {
            let missing = Fault("AccessDeniedException", "This operation is not for keys of other accounts.")
            return Subject(key: nil, arn: subject.arn, owner: subject.owner, missing: missing)
        }
        return subject
    }

    private static func alias(_ name: Text, in place: Place, _ call: Call) throws -> AliasState? {
        if let alias = try call.view.alias(name, in: place) { return alias }
        guard name == managedAlias, place.account == call.place.account else { return nil }
        throw createManagedKey(in: place)
    }

    static func question(
        _ action: Text,
        _ subject: Subject,
        _ call: Call,
        context: EncryptionContext? = nil
    ) -> Question {
        let keys = ContextKeys { name in conditionKey(name, subject, call, context) }
        var question = Question(
            action: action,
            resource: subject.arn,
            shown: subject.arn,
            owner: subject.owner,
            resourcePolicy: subject.key?.policy,
            // Without a key there is no key policy that could allow anything: the identity's word decides who may learn that.
            isKeyPolicy: subject.key != nil,
            keys: keys,
            claim: subject.key.map { GrantClaim(action, on: $0, context) }
        )
        question.memory = subject.key?.memory
        return question
    }
}

extension Operation where Subject == Keys.Subject {
    static func resources(_ subject: Keys.Subject) -> [RecordedResource] { subject.recorded }
}

/// An alias row.
final class AliasState: Sendable {
    let place: Place
    let name: Text
    let target: Text
    let created: Timestamp
    let updated: Timestamp

    init(_ item: Item) throws {
        let body = try Fields(json: item.body)
        guard let target = item.link, let created = body.storedTime("created"), let updated = body.storedTime("updated")
        else { throw StoreError.corrupt("alias \(item.key.id)") }
        place = item.key.place
        name = item.key.id
        self.target = target
        self.created = created
        self.updated = updated
    }

    static func item(_ name: Text, in place: Place, target: Text, created: Timestamp, updated: Timestamp) -> Item {
        let body: Fields = ["created": .integer(created.milliseconds), "updated": .integer(updated.milliseconds)]
        return Item(key: Keys.aliasKey(name, in: place), link: target, due: nil, rev: 1, body: body.json)
    }

    var arn: Text { Keys.aliasARN(name, in: place) }
}

extension View {
    func key(_ id: Text, in place: Place) throws -> KeyState? {
        let key = Keys.itemKey(id, in: place)
        return try row(.item(key)) { snapshot in
            try snapshot.item(key).map { (try KeyState($0), $0.body.count * 3 + 1024) }
        }
    }

    func alias(_ name: Text, in place: Place) throws -> AliasState? {
        let key = Keys.aliasKey(name, in: place)
        return try row(.item(key)) { snapshot in
            try snapshot.item(key).map { (try AliasState($0), $0.body.count + 256) }
        }
    }
}
