internal import Bytes
internal import Policy
internal import Store
internal import Wire

/// AWS IAM: its operations, and the words they share.
enum Access {
    static let namePattern = Pattern.each(of: "\\w+=,.@-", text: "[\\w+=,.@-]+")
    static let userName = Shape.string(1...64, namePattern)
    static let existingUserName = Shape.string(1...128, namePattern)
    static let groupName = Shape.string(1...128, namePattern)
    static let roleName = Shape.string(1...64, namePattern)
    static let policyName = Shape.string(1...128, namePattern)
    static let path = Shape.string(
        1...512,
        Pattern("(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)") { text in
            let bytes = text.bytes
            return bytes.first == 0x2F && bytes.last == 0x2F && bytes.allSatisfy { (0x21...0x7E).contains($0) }
        })
    static let pathPrefix = Shape.string(
        1...512,
        Pattern("\\u002F[\\u0021-\\u007F]*") { text in
            let bytes = text.bytes
            return bytes.first == 0x2F && bytes.allSatisfy { (0x21...0x7F).contains($0) }
        })
    static let arn = Shape.string(20...2048)
    /// Latin-1 without controls but tab and line ends: what AWS lets policies and passwords be made of.
    static let printable = Pattern("[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+") { text in
        text.string.unicodeScalars.allSatisfy { scalar in
            (0x20...0xFF).contains(scalar.value) || [0x09, 0x0A, 0x0D].contains(scalar.value)
        }
    }
    static let document = Shape.string(1...131_072, printable)
    static let accessKeyID = Shape.string(16...128, Pattern.each(of: "\\w", text: "[\\w]+"))
    static let tagKey = Shape.string(
        1...128, Pattern.each(of: "\\p{L}\\p{Z}\\p{N}_.:/=+\\-@", text: "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+"))
    static let tagValue = Shape.string(
        0...256, Pattern.each(of: "\\p{L}\\p{Z}\\p{N}_.:/=+\\-@", text: "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*"))
    static let tags = Shape.list(
        .structure([.required("Key", tagKey), .required("Value", tagValue)]), 0...50)
    static let tagKeys = Shape.list(tagKey, 0...50)
    static let marker = Shape.string(1...320)
    static let maxItems = Shape.integer(1...1000)
    static let paging: [ShapeMember] = [.optional("Marker", marker), .optional("MaxItems", maxItems)]

    /// AWS does not publish IAM's rates; these are of the size that clients meet.
    static let quota = Quota("iam", 100)
}

/// What an IAM operation is about: an entity of the caller's account, there or not.
struct AccessSubject: Sendable {
    let account: AccountID
    let kind: EntityKind
    let name: Text
    /// `nil` if there is none.
    let state: EntityState?
    /// As policies see it. An entity that is not there is taken to be at the path that the call names, or at `/`.
    let arn: Text

    init(_ kind: EntityKind, _ name: Text, path: Text? = nil, _ call: Call) throws {
        account = call.caller.account
        self.kind = kind
        self.name = name
        state = kind == .policy ? nil : try call.view.entity(kind, name, account)
        arn = state?.arn ?? "arn:aws:iam::\(account):\(kind.rawValue)\(path ?? "/")\(name)"
    }

    var key: ItemKey { Entity.key(kind, name, account) }
    var missing: Fault { Access.missing(kind, name) }
}

/// An operation of IAM on one entity of the caller's account. Members are few and their constraints checked already: they are
/// read where they are used.
protocol AccessOperation: WriteOperation where Input == Fields, Output == Fields, Subject == AccessSubject {
    static func subject(_ input: Fields, _ call: Call) throws -> AccessSubject
    /// Condition keys beside those that every operation has; the first of a name counts.
    static func keys(_ input: Fields, _ subject: AccessSubject, _ call: Call) -> ContextKeys
}

extension AccessOperation {
    static var api: API { .iam }
    static var quota: Quota { Access.quota }
    static func decode(_ fields: Fields) throws(Fault) -> Fields { fields }
    static func encode(_ output: Fields) -> Fields { output }
    static func find(_ input: Fields, _ call: Call) throws -> AccessSubject { try subject(input, call) }
    static func keys(_ input: Fields, _ subject: AccessSubject, _ call: Call) -> ContextKeys {
        Access.conditionKeys(subject.state?.tags ?? [], input, call, boundary: subject.state?.boundary)
    }
    static func asks(_ input: Fields, _ subject: AccessSubject, _ call: Call) -> [Question] {
        [Access.question("iam:\(name)", subject.arn, keys(input, subject, call), call)]
    }
}

/// An operation of IAM on no entity in particular: `Resource` is `*`.
protocol AccessListing: WriteOperation where Input == Fields, Output == Fields, Subject == Void {
    static func resource(_ input: Fields, _ call: Call) -> Text
}

extension AccessListing {
    static var api: API { .iam }
    static var quota: Quota { Access.quota }
    static func decode(_ fields: Fields) throws(Fault) -> Fields { fields }
    static func encode(_ output: Fields) -> Fields { output }
    static func find(_ input: Fields, _ call: Call) throws {}
    static func resource(_ input: Fields, _ call: Call) -> Text { "*" }
    static func asks(_ input: Fields, _ subject: Void, _ call: Call) -> [Question] {
        [
            Access.question(
                "iam:\(name)", resource(input, call), Access.conditionKeys([], input, call), call)
        ]
    }
}

extension Access {
    static func question(_ action: Text, _ resource: Text, _ keys: ContextKeys, _ call: Call) -> Question {
        Question(
            action: action, resource: resource, shown: resource == "*" ? nil : resource, owner: call.caller.account,
            keys: keys)
    }

    /// `iam:PermissionsBoundary`, `iam:PolicyARN`, `iam:PassedToService` …, tags of the entity and of the request.
    ///
    /// - Parameter boundary: of the entity, where the request names none.
    static func conditionKeys(
        _ tags: [Tag], _ input: Fields, _ call: Call, boundary: Text? = nil
    ) -> ContextKeys {
        ContextKeys { name in
            if let value = tags.condition(name, "aws:resourcetag/", "iam:resourcetag/") { return value }
            if let value = requestCondition(name, requestTags(input), removed: input.texts("TagKeys") ?? []) {
                return value
            }
            switch name {
            case "iam:permissionsboundary": return (input.text("PermissionsBoundary") ?? boundary).map { .one($0) }
            case "iam:policyarn": return input.text("PolicyArn").map { .one($0) }
            case "iam:awsservicename": return input.text("AWSServiceName").map { .one($0) }
            default: return call.globalKey(name)
            }
        }
    }

    /// Tags of what is asked for, as `aws:RequestTag/…` and `aws:TagKeys`. `name` is in lower case.
    static func requestCondition(_ name: Text, _ asked: [Tag], removed: [Text] = []) -> ContextKeys.Value? {
        if name == "aws:tagkeys" {
            let keys = asked.map(\.key) + removed
            return keys.isEmpty ? nil : .many(keys)
        }
        return asked.condition(name, "aws:requesttag/")
    }

    static func requestTags(_ input: Fields) -> [Tag] {
        (input.list("Tags") ?? []).compactMap { document in
            guard case .structure(let fields) = document, let key = fields.text("Key") else { return nil }
            return Tag(key: key, value: fields.text("Value") ?? "")
        }
    }

    /// Tags to be put on something that has `old`: keys are unique without regard to case, and there are at most 50.
    static func merged(_ old: [Tag], _ new: [Tag]) throws(Fault) -> [Tag] {
        let keys = try checkedKeys(of: new, refusal: "InvalidInput")
        let tags = old.filter { !keys.contains($0.key.asciiLowercased) } + new
        guard tags.count <= 50 else {
            throw Fault("LimitExceeded", "The number of tags has reached the maximum limit of 50.", status: 409)
        }
        return tags
    }

    /// The keys of tags that a request of IAM or STS brings, in lower case: none twice, and none of AWS's own.
    ///
    /// - Parameter code: of the fault.
    static func checkedKeys(of tags: [Tag], refusal code: Text) throws(Fault) -> Set<Text> {
        var keys: Set<Text> = []
        for key in tags.map(\.key.asciiLowercased) {
            guard !key.hasPrefix("aws:") else { throw Fault(code, "Tag keys that begin with aws: are reserved.") }
            guard keys.insert(key).inserted else {
                throw Fault(code, "Duplicate tag keys found. Please note that Tag keys are case insensitive.")
            }
        }
        return keys
    }

    static func shown(_ tags: [Tag]) -> Document {
        .list(tags.map { .structure(["Key": .string($0.key), "Value": .string($0.value)]) })
    }

    static func missing(_ kind: EntityKind, _ name: Text) -> Fault {
        Fault("NoSuchEntity", "The \(kind.rawValue) with name \(name) cannot be found.", status: 404)
    }

    static func exists(_ kind: EntityKind, _ name: Text) -> Fault {
        let noun: Text =
            switch kind {
            case .user: "User"
            case .group: "Group"
            case .role: "Role"
            case .policy: "A policy called"
            }
        return kind == .policy
            ? Fault(
                "EntityAlreadyExists", "A policy called \(name) already exists. Duplicate names are not allowed.",
                status: 409)
            : Fault("EntityAlreadyExists", "\(noun) with name \(name) already exists.", status: 409)
    }

    static let mustRemove = Fault(
        "DeleteConflict", "Cannot delete entity, must remove referenced objects first.", status: 409)
    static let mustDetach = Fault(
        "DeleteConflict", "Cannot delete entity, must detach all policies first.", status: 409)

    /// Parsed, and refused with its flaw's place where it is none.
    @discardableResult
    static func checked(_ text: Text, _ kind: DocumentKind, atMost limit: Int) throws(Fault) -> PolicyDocument {
        // AWS counts without white space.
        let size = text.utf8.count { $0 != 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D }
        guard size <= limit else {
            throw Fault("LimitExceeded", "Cannot exceed quota for PolicySize: \(limit)", status: 409)
        }
        do { return try PolicyDocument.parse(text.bytes, kind: kind) } catch {
            let place: Text = error.path.isEmpty ? "" : " (\(error.path))"
            throw Fault("MalformedPolicyDocument", "\(error.reason)\(place)")
        }
    }

    /// Policy documents in answers are percent-encoded (RFC 3986).
    static func encoded(_ document: Text) -> Document {
        .string(Text(decoding: PercentCoding.encode(document.utf8)[...]))
    }
}

extension [Tag] {
    /// The value of the tag that `name` (in lower case) asks for behind one of the prefixes.
    func condition(_ name: Text, _ prefixes: Text...) -> ContextKeys.Value? {
        guard let key = prefixes.lazy.compactMap({ name.dropping($0) }).first else { return nil }
        return first { $0.key.asciiLowercased == key }.map { .one($0.value) }
    }
}

/// One page of a listing.
struct AccessPage: Sendable {
    let after: Text?
    let limit: Int

    init(_ input: Fields) throws(Fault) {
        limit = Int(input.integer("MaxItems") ?? 100)
        guard let marker = input.text("Marker") else {
            after = nil
            return
        }
        guard let id = Base64.decode(Array(marker.utf8)).flatMap({ Text(utf8: $0) }) else {
            throw Fault.frontEnd("ValidationException", "Invalid Marker.")
        }
        after = id
    }

    /// `rows` are one more than the page shows, if there are as many; `id` is what the next page begins behind.
    func fields<Row>(_ name: Text, _ rows: [Row], id: (Row) -> Text, _ shown: (Row) -> Document) -> Fields {
        let page = rows.prefix(limit)
        let hasMore = rows.count > limit
        var fields: Fields = [name: .list(page.map(shown)), "IsTruncated": .bool(hasMore)]
        if hasMore, let last = page.last { fields.add("Marker", Base64.encode(id(last).bytes)) }
        return fields
    }

    /// Of a list that is at hand as a whole.
    func fields<Row>(_ name: Text, of all: [Row], id: (Row) -> Text, _ shown: (Row) -> Document) -> Fields {
        let rest = all.filter { row in after.map { $0 < id(row) } ?? true }
        return fields(name, Array(rest.prefix(limit + 1)), id: id, shown)
    }

    /// Rows of one kind below `prefix`, one more than the page shows if there are as many.
    func entities(_ kind: EntityKind, _ account: AccountID, below prefix: Text, _ house: House) async throws -> [Entity]
    {
        var (found, from): ([Entity], Text?) = ([], after)
        while found.count <= limit {
            let items = try await house.store.read { [from] snapshot in
                try snapshot.items(Entity.place(account), kind: kind.rawValue, after: from, limit: 500)
            }
            for item in items where found.count <= limit {
                let entity = try Entity(item)
                if entity.path.hasPrefix(prefix) { found.append(entity) }
            }
            guard items.count == 500, let last = items.last else { break }
            from = last.key.id
        }
        return found
    }
}

extension Authorized where Op: AccessOperation {
    /// Reads the subject's row inside the transaction, lets `body` change it, and writes it back.
    func changeEntity(
        _ body: @escaping @Sendable (inout Entity, borrowing Transaction) throws -> Fields
    ) async throws -> Fields {
        let (key, missing) = (subject.key, subject.missing)
        return try await commit { transaction in
            guard let item = try transaction.item(key) else { throw missing }
            var entity = try Entity(item)
            let output = try body(&entity, transaction)
            _ = try transaction.update(entity.item)
            return output
        }
    }

    /// The subject's row as it is.
    func readEntity() async throws -> Entity {
        let (key, missing) = (subject.key, subject.missing)
        return try await house.store.read { snapshot in
            guard let item = try snapshot.item(key) else { throw missing }
            return try Entity(item)
        }
    }
}
