internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Keys {
    /// A page of grants.
    struct GrantPage: Sendable {
        let fields: Fields

        /// `limit` and one more were asked for.
        init(_ found: [GrantState], limit: Int, _ snapshot: borrowing Snapshot) throws {
            var entries: [Document] = []
            for grant in found.prefix(limit) { entries.append(.structure(try grant.entry(in: snapshot))) }
            var fields: Fields = ["Grants": .list(entries)]
            let hasMore = found.count > limit
            if hasMore, limit > 0 { fields.add("NextMarker", closedMarker(found[limit - 1].id)) }
            fields.add("Truncated", .bool(hasMore))
            self.fields = fields
        }
    }

    /// The model allows 1000; what is said in words is 100, and that a page may be shorter than was asked for.
    static func grantLimit(_ fields: Fields) -> Int { min(Int(fields.integer("Limit") ?? 50), 100) }

    /// Nobody who calls here is a service.
    static func refuseServiceFilter(_ fields: Fields, _ member: Text) throws(Fault) {
        guard fields.text(member) == nil else {
            throw .frontEnd("ValidationException", "\(member) can only be used by callers in a service principal.")
        }
    }

    static func checkedGrantID(_ id: Text) throws(Fault) -> Text {
        guard id.utf8.count == 64, Hex.decode(id.utf8) != nil else {
            throw Fault("InvalidGrantIdException", "The specified GrantId is not valid.")
        }
        return id
    }

    static func missingGrant(_ id: Text) -> Fault { Fault("NotFoundException", "Grant ID \(id) not found") }

    enum ListGrants: WriteOperation {
        struct Input: Sendable {
            let keyID: Text
            let grantID: Text?
            let grantee: GrantParty?
            let limit: Int
            let marker: Text?
        }

        static let name: Text = "ListGrants"
        static let api = API.kms
        static let quota = grantListQuota
        static let isReadOnly = true
        static let isBrief = false
        static let input: Structure = [
            .optional("Limit", Keys.limit), .optional("Marker", Keys.marker), .required("KeyId", Keys.keyID),
            .optional("GrantId", .string(1...128)), .optional("GranteePrincipal", GrantTerms.principal),
            .optional("GranteeServicePrincipal", GrantTerms.service),
        ]

        static func decode(_ fields: Fields) throws(Fault) -> Input {
            let grantee = try GrantParty.read(fields, "Grantee")
            try refuseServiceFilter(fields, "GranteeServicePrincipal")
            return Input(
                keyID: fields.text("KeyId") ?? "",
                grantID: try fields.text("GrantId").map { id throws(Fault) in try checkedGrantID(id) },
                grantee: grantee,
                limit: grantLimit(fields),
                marker: try openMarker(fields.text("Marker"))
            )
        }

        static func encode(_ output: GrantPage) -> Fields { output.fields }

        static func find(_ input: Input, _ call: Call) throws -> Subject { try Keys.find(input.keyID, call) }

        static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question] {
            var question = question("kms:ListGrants", subject, call)
            question.keys.add("kms:GrantIsForAWSResource", call.via != nil)
            return [question]
        }

        static func run(_ call: Authorized<Self>) async throws -> GrantPage {
            let key = try call.subject.require()
            let (input, place, limit) = (call.input, key.place, call.input.limit + 1)
            return try await call.house.store.read { snapshot in
                let found: [GrantState]
                if let id = input.grantID {
                    let one = try snapshot.item(GrantRows.grant(key.id, id, in: place)).map { try GrantState($0) }
                    let isWanted = input.grantee == nil || one?.terms.grantee == input.grantee
                    found = isWanted ? [one].compactMap { $0 } : []
                } else if let grantee = input.grantee {
                    found = try snapshot.grants(
                        on: key.id, in: place, to: grantee.text, after: input.marker, limit: limit)
                } else {
                    found = try snapshot.grants(on: key.id, in: place, after: input.marker, limit: limit)
                }
                return try GrantPage(found, limit: input.limit, snapshot)
            }
        }
    }
}
