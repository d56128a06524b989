internal import Bytes
internal import Policy
internal import Store
internal import Wire

/// A policy that names principals, as a row keeps it: the text as it was written, and beside it the unique ids that the users
/// and roles in it had then. Another one of the same name is somebody else.
struct WrittenPolicy: Sendable, Equatable {
    let text: Text
    /// By ARN as the text has it; of a role's session, the role's. Rows from before ids were kept have none.
    let ids: [Text: Text]

    private static let idsMember: Text = "principals"

    /// One that names no user or role.
    init(_ text: Text) { (self.text, ids) = (text, [:]) }

    /// Throws ``UnknownPrincipal`` if somebody in it is not there.
    ///
    /// - Parameter document: what `text` says.
    init<Directory: PrincipalDirectory & ~Copyable>(
        _ text: Text, _ document: PolicyDocument, in directory: borrowing Directory, accounts: Bool = true
    ) throws {
        var ids: [Text: Text] = [:]
        for element in document.principals {
            switch element {
            case .account(let id):
                guard accounts, let account = AccountID(id) else { continue }
                guard try directory.hasAccount(account) else { throw UnknownPrincipal(element) }
            case .user(let arn, _), .role(let arn, _), .roleSession(let arn, _):
                guard ids[arn] == nil else { continue }
                guard let name = NameOfPrincipal(arn),
                    let found = try directory.principal(name.kind, name.name, name.account), name.fits(found)
                else { throw UnknownPrincipal(element) }
                ids[arn] = found.id
            case .federatedSession(let arn):
                guard accounts, let account = ARN(arn).flatMap({ AccountID($0.account) }) else { continue }
                guard try directory.hasAccount(account) else { throw UnknownPrincipal(element) }
            case .uniqueID(let id):
                guard try directory.principal(id) != nil else { throw UnknownPrincipal(element) }
            case .everyone, .service, .federated, .canonicalUser: continue
            }
        }
        (self.text, self.ids) = (text, ids)
    }

    /// - Parameter member: of the row's body, where the text is.
    init?(_ body: Fields, _ member: Text) {
        guard let text = body.text(member) else { return nil }
        (self.text, ids) = (text, Self.ids(in: body))
    }

    /// Those beside whatever a row's body has.
    static func ids(in body: Fields) -> [Text: Text] {
        let members = body.fields(idsMember)?.members ?? []
        return members.reduce(into: [:]) { ids, member in
            if case .string(let id) = member.value { ids[member.name] = id }
        }
    }

    static func store(ids: [Text: Text], in body: inout Fields) {
        guard !ids.isEmpty else { return }
        let members = ids.sorted { $0.key < $1.key }.map { Fields.Member(name: $0.key, value: .string($0.value)) }
        body.add(idsMember, .structure(Fields(members)))
    }

    /// Puts it into a row's body, in place of what was there.
    static func store(_ policy: WrittenPolicy?, in body: inout Fields, _ member: Text) {
        body.members.removeAll { $0.name == member || $0.name == idsMember }
        guard let policy else { return }
        body.add(member, policy.text)
        store(ids: policy.ids, in: &body)
    }

    func compiled(_ kind: DocumentKind, name: Text) throws -> NamedPolicy {
        NamedPolicy(name: name, document: try PolicyDocument.parse(text.bytes, kind: kind).held(to: ids))
    }

    /// As AWS shows it: whoever is gone as the unique id, whoever has another name by now under that one. Else as written, to
    /// the byte.
    func shown<Directory: PrincipalDirectory & ~Copyable>(in directory: borrowing Directory) throws -> Text {
        var changed: [Text: Text] = [:]
        for (arn, id) in ids {
            let now = try directory.shown(arn, id)
            if now != arn { changed[arn] = now }
        }
        guard !changed.isEmpty, case .structure(var policy)? = try? JSON.parse(text.bytes) else { return text }
        policy.change("Statement") { statement in
            statement.changeEach { part in
                guard case .structure(var fields) = part else { return }
                for clause in ["Principal", "NotPrincipal"] as [Text] {
                    fields.change(clause) { principals in
                        guard case .structure(var kinds) = principals else { return }
                        kinds.change("AWS") { names in
                            names.changeEach { name in
                                if case .string(let text) = name { name = .string(changed[text] ?? text) }
                            }
                        }
                        principals = .structure(kinds)
                    }
                }
                part = .structure(fields)
            }
        }
        return Text(decoding: policy.json[...])
    }
}

/// Who is named in a policy and does not exist.
struct UnknownPrincipal: Error {
    let text: Text

    init(_ element: PrincipalElement) { text = element.text }
}

/// The parts of the ARN of a user, a role, or a role's session.
private struct NameOfPrincipal {
    let arn: Text
    let kind: EntityKind
    let account: AccountID
    let name: Text
    /// Empty but for sessions.
    let session: Text

    init?(_ arn: Text) {
        guard let parsed = ARN(arn), let account = AccountID(parsed.account) else { return nil }
        let parts = parsed.resource.split(on: 0x2F)
        switch (parsed.service, parts.first, parts.count) {
        case ("iam", "user", 2...): (kind, name, session) = (.user, parts[parts.count - 1], "")
        case ("iam", "role", 2...): (kind, name, session) = (.role, parts[parts.count - 1], "")
        case ("sts", "assumed-role", 3): (kind, name, session) = (.role, parts[1], parts[2])
        default: return nil
        }
        (self.arn, self.account) = (arn, account)
    }

    /// Names are looked up without regard to case, and ARNs are not equal that way.
    func fits(_ found: KnownPrincipal) -> Bool { session.isEmpty ? found.arn == arn : found.name == name }
}

extension PrincipalDirectory where Self: ~Copyable {
    /// The ARN that somebody of this unique id has now; the id, if there is nobody.
    ///
    /// - Parameter arn: the one of then.
    borrowing func shown(_ arn: Text, _ id: Text) throws -> Text {
        guard let name = NameOfPrincipal(arn) else { return arn }
        if let found = try principal(name.kind, name.name, name.account), found.id == id, name.fits(found) {
            return arn
        }
        let found = try principal(id)
        guard name.session.isEmpty else {
            return found.map { Caller.roleSessionARN(name.account, $0.name, name.session) } ?? "\(id):\(name.session)"
        }
        return found?.arn ?? id
    }

    /// As a policy that is read would show it; an id that was written as such, too, as whom it means.
    func shown(_ element: PrincipalElement) throws -> Text {
        switch element {
        case .user(let arn, let id?), .role(let arn, let id?), .roleSession(let arn, let id?): try shown(arn, id)
        case .uniqueID(let id): try principal(id)?.arn ?? id
        default: element.text
        }
    }
}

extension Fields {
    fileprivate mutating func change(_ name: Text, _ body: (inout Document) -> Void) {
        for index in members.indices where members[index].name == name { body(&members[index].value) }
    }
}

extension Document {
    /// Of a list its elements, else itself.
    fileprivate mutating func changeEach(_ body: (inout Document) -> Void) {
        guard case .list(var items) = self else { return body(&self) }
        for index in items.indices { body(&items[index]) }
        self = .list(items)
    }
}
