internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Keys {
    static let grantQuota: Quota = Quota("kms-grants", 50)
    static let grantListQuota: Quota = Quota("kms-list-grants", 100)

    enum CreateGrant: WriteOperation {
        struct Input: Sendable {
            let keyID: Text
            let terms: GrantTerms
            let isDryRun: Bool
        }
        struct Output: Sendable {
            let grantID: Text
            let token: Text
        }

        static let name: Text = "CreateGrant"
        static let api = API.kms
        static let quota = grantQuota
        static let input: Structure = [
            .required("KeyId", Keys.keyID), .optional("GranteePrincipal", GrantTerms.principal),
            .optional("RetiringPrincipal", GrantTerms.principal), .required("Operations", .list(GrantTerms.operation)),
            .optional("Constraints", GrantConstraints.shape), .optional("GrantTokens", grantTokens),
            .optional("Name", GrantTerms.grantName), .optional("DryRun", .boolean),
            .optional("GranteeServicePrincipal", GrantTerms.service),
            .optional("RetiringServicePrincipal", GrantTerms.service),
        ]
        static let recordedOutput: Structure? = [.optional("GrantId", .string())]

        static func decode(_ fields: Fields) throws(Fault) -> Input {
            Input(
                keyID: fields.text("KeyId") ?? "",
                terms: try GrantTerms(request: fields),
                isDryRun: fields.bool("DryRun") ?? false
            )
        }
        static func encode(_ output: Output) -> Fields {
            ["GrantToken": .string(output.token), "GrantId": .string(output.grantID)]
        }

        static func find(_ input: Input, _ call: Call) throws -> Subject { try Keys.find(input.keyID, call) }

        static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question] {
            let terms = input.terms
            var question = question("kms:CreateGrant", subject, call, context: terms.constraints.context)
            question.keys.add("kms:GrantIsForAWSResource", call.via != nil)
            question.keys.add("kms:GrantOperations", terms.operations)
            question.keys.add(
                terms.grantee.isService ? "kms:GranteeServicePrincipal" : "kms:GranteePrincipal", terms.grantee.text
            )
            if let retiring = terms.retiring {
                question.keys.add(
                    retiring.isService ? "kms:RetiringServicePrincipal" : "kms:RetiringPrincipal", retiring.text
                )
            }
            question.keys.add("kms:GrantConstraintType", terms.constraints.typeName)
            question.claim?.child = terms
            return [question]
        }

        static func run(_ call: Authorized<Self>) async throws -> Output {
            let known = try call.subject.require()
            let terms = call.input.terms
            try known.requireUsable(at: call.now)
            try terms.requireFitting(known)
            try refuseDryRun(call.input.isDryRun)
            let (now, house, missing, issuer) = (call.now, call.house, call.subject.missing, call.call.caller.account)
            return try await call.commit { transaction in
                guard let item = try transaction.item(itemKey(known.id, in: known.place)) else { throw missing }
                let key = try KeyState(item)
                try key.requireUsable(at: now)
                let ids = try GrantState.ids(of: terms, transaction)
                // A name makes the request repeatable.
                if terms.name != nil,
                    let same = try transaction.grants(on: key.id, in: key.place, to: terms.grantee.text, limit: .max)
                        .first(where: { $0.terms == terms && $0.ids == ids && $0.issuer == issuer })
                {
                    return Output(
                        grantID: same.id, token: GrantToken.make(key.id, same.id, in: key.place, house)
                    )
                }
                let id = Hex.encode(house.chance.bytes(32))
                let row = GrantRows.item(terms, ids: ids, id: id, on: key, issuer: issuer, at: now)
                try transaction.insert(row, grant: try GrantState(row), limit: house.limits.grantsPerKey)
                return Output(grantID: id, token: GrantToken.make(key.id, id, in: key.place, house))
            }
        }
    }
}
