internal import Bytes
internal import Policy
internal import Store
internal import Wire

/// A grant as the caches hold it.
final class GrantState: Sendable {
    let place: Place
    let keyID: Text
    let id: Text
    let terms: GrantTerms
    /// The unique ids of the users and roles in the terms, by ARN; none of grants from before they were kept.
    let ids: [Text: Text]
    /// The account under which it was made.
    let issuer: AccountID
    let created: Timestamp
    /// What it allows its grantee, as the policy that it stands for. Constraints are not in it.
    let policy: NamedPolicy
    /// Whom it lets retire it; `nil` if nobody.
    let retirementPolicy: NamedPolicy?

    init(_ item: Item) throws {
        let body = try Fields(json: item.body)
        let parts = item.key.id.split(on: 0x2F, limit: 2)
        guard parts.count == 2, let terms = GrantTerms(stored: body), let created = body.storedTime("created"),
            let issuer = body.text("issuer").flatMap({ AccountID($0) })
        else { throw StoreError.corrupt("grant \(item.key.id)") }
        place = item.key.place
        (keyID, id) = (parts[0], parts[1])
        self.terms = terms
        self.created = created
        self.issuer = issuer
        ids = WrittenPolicy.ids(in: body)
        policy = NamedPolicy(
            name: parts[1], document: try Self.document([(terms.grantee, terms.operations)]).held(to: ids))
        let retirers = terms.retirers
        retirementPolicy =
            retirers.isEmpty
            ? nil
            : NamedPolicy(
                name: parts[1],
                document: try Self.document(retirers.map { party in (party, ["RetireGrant"]) }).held(to: ids))
    }

    /// Decisions have one maker: a grant goes to it as the statement that it amounts to.
    private static func document(_ allowed: [(party: GrantParty, operations: [Text])]) throws -> PolicyDocument {
        let statements = allowed.map { party, operations in
            Document.structure([
                "Effect": "Allow",
                "Principal": .structure([party.isService ? "Service" : "AWS": .string(party.text)]),
                "Action": .list(operations.map { .string("kms:\($0)") }), "Resource": "*",
            ])
        }
        let document: Fields = ["Version": "2012-10-17", "Statement": .list(statements)]
        return try PolicyDocument.parse(document.json, kind: .resource)
    }

    /// The unique ids of whom the terms name. Throws `InvalidArnException` for whoever is not there.
    static func ids(of terms: GrantTerms, _ transaction: borrowing Transaction) throws -> [Text: Text] {
        let parties = [terms.grantee] + (terms.retiring.map { [$0] } ?? [])
        do {
            return try WrittenPolicy("", try document(parties.map { ($0, ["DescribeKey"]) }), in: transaction).ids
        } catch let unknown as UnknownPrincipal {
            throw GrantParty.invalid(unknown.text)
        }
    }

    /// An entry of ListGrants and ListRetirableGrants: whoever is gone is shown by the unique id.
    func entry<Directory: PrincipalDirectory & ~Copyable>(in directory: borrowing Directory) throws -> Fields {
        var fields: Fields = [
            "KeyId": .string(Keys.arn(keyID, in: place)), "GrantId": .string(id), "Name": .string(terms.name ?? ""),
            "CreationDate": .timestamp(created),
        ]
        func add(_ party: GrantParty, _ role: Text) throws {
            fields.add(party.isService ? "\(role)ServicePrincipal" : "\(role)Principal", try shown(party, directory))
        }
        try add(terms.grantee, "Grantee")
        if let retiring = terms.retiring { try add(retiring, "Retiring") }
        fields.add("IssuingAccount", "arn:aws:iam::\(issuer):root" as Text)
        fields.add("Operations", .list(terms.operations.map { .string($0) }))
        if !terms.constraints.isEmpty { fields.add("Constraints", .structure(terms.constraints.fields)) }
        return fields
    }

    private func shown<Directory: PrincipalDirectory & ~Copyable>(
        _ party: GrantParty, _ directory: borrowing Directory
    ) throws -> Text {
        guard let id = ids[party.text] else { return party.text }
        return try directory.shown(party.text, id)
    }
}

/// The text that names a grant to whoever was handed it. Grants count at once here, so a token need not bring its grant to
/// the key; one that was not made here is refused all the same.
enum GrantToken {
    private static let purpose: Text = "grant"

    /// A new one each time; all of one grant do the same.
    static func make(_ keyID: Text, _ grantID: Text, in place: Place, _ house: House) -> Text {
        let parts = [place.account.text, place.region, keyID, grantID, house.chance.uuid()]
        return PageToken.close(parts, for: purpose, house)
    }

    static func open(_ token: Text, _ house: House) throws(Fault) -> (place: Place, keyID: Text, grantID: Text) {
        guard let parts = try? PageToken.open(token, for: purpose, house), parts.count == 5,
            let account = AccountID(parts[0])
        else { throw Fault("InvalidGrantTokenException", "The specified grant token is not valid.") }
        return (Place(account: account, region: parts[1]), parts[2], parts[3])
    }

    /// Of any operation that takes them.
    static func check(_ fields: Fields, _ house: House) throws(Fault) {
        for token in fields.texts("GrantTokens") ?? [] { _ = try open(token, house) }
    }
}
