internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Keys {
    enum ListRetirableGrants: WriteOperation {
        struct Input: Sendable {
            let retiring: GrantParty
            let limit: Int
            let marker: Text?
        }

        static let name: Text = "ListRetirableGrants"
        static let api = API.kms
        static let quota = grantListQuota
        static let isReadOnly = true
        static let isBrief = false
        static let input: Structure = [
            .optional("Limit", Keys.limit), .optional("Marker", Keys.marker),
            .optional("RetiringPrincipal", GrantTerms.principal),
            .optional("RetiringServicePrincipal", GrantTerms.service),
        ]

        static func decode(_ fields: Fields) throws(Fault) -> Input {
            let retiring = try GrantParty.read(fields, "Retiring")
            try refuseServiceFilter(fields, "RetiringServicePrincipal")
            guard let retiring else {
                throw .frontEnd("ValidationException", "You must specify RetiringPrincipal.")
            }
            return Input(
                retiring: retiring, limit: grantLimit(fields), marker: try openMarker(fields.text("Marker"))
            )
        }

        static func encode(_ output: GrantPage) -> Fields { output.fields }

        static func find(_ input: Input, _ call: Call) throws {}

        /// What is looked at is the principal, not the keys; it must be of the caller's own account.
        static func asks(_ input: Input, _ subject: Void, _ call: Call) -> [Question] {
            var keys = call.conditionKeys
            keys.add("kms:CallerAccount", call.caller.account.text)
            let arn = input.retiring.text
            return [
                Question(
                    action: "kms:ListRetirableGrants", resource: arn, shown: arn,
                    owner: input.retiring.account ?? .none, keys: keys
                )
            ]
        }

        /// Grants on keys of other accounts are among them.
        static func run(_ call: Authorized<Self>) async throws -> GrantPage {
            let (place, input) = (call.place, call.input)
            return try await call.house.store.read { snapshot in
                let pointers = try snapshot.items(
                    place, kind: "retirable", link: input.retiring.text, after: input.marker, limit: input.limit + 1
                )
                let grants = try pointers.map { pointer in
                    let body = try Fields(json: pointer.body)
                    guard let account = body.text("account").flatMap({ AccountID($0) }), let key = body.text("key"),
                        let item = try snapshot.item(
                            GrantRows.grant(
                                key, pointer.key.id, in: Place(account: account, region: place.region)
                            )
                        )
                    else { throw StoreError.corrupt("retirable \(pointer.key.id)") }
                    return try GrantState(item)
                }
                return try GrantPage(grants, limit: input.limit, snapshot)
            }
        }
    }
}
