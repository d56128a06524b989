internal import Bytes
internal import Policy
internal import Wire

extension Tokens {
    enum GetFederationToken: TokenOperation {
        static let name: Text = "GetFederationToken"
        static let input: Structure = [
            .required("Name", .string(2...32, Tokens.name)), .optional("Policy", policyText),
            .optional("PolicyArns", policyARNs), .optional("DurationSeconds", .integer(900...129_600)),
            .optional("Tags", tags), smallest,
        ]
        static let recordedOutput: Structure? = [
            recordedCredentials,
            .optional(
                "FederatedUser",
                .structure([.optional("FederatedUserId", .string()), .optional("Arn", .string())])),
        ]

        static func find(_ input: Fields, _ call: Call) throws {}

        static func asks(_ input: Fields, _ subject: Void, _ call: Call) -> [Question] {
            let arn: Text = "arn:aws:sts::\(call.caller.account):federated-user/\(input.text("Name") ?? "")"
            let asked = Access.requestTags(input)
            let keys = ContextKeys { name in Access.requestCondition(name, asked) ?? call.globalKey(name) }
            let actions: [Text] = ["sts:GetFederationToken"] + (asked.isEmpty ? [] : ["sts:TagSession"])
            return actions.map { question($0, arn, call, keys) }
        }

        static func answer(_ call: Authorized<Self>) throws -> Fields {
            let (input, caller) = (call.input, call.call.caller)
            let user = try caller.longTermUser(call.call, "GetFederationToken")
            let terms = try SessionTerms(input, call.call)
            let name = input.text("Name") ?? ""
            var session = Session(
                kind: .federated, account: user.account, entity: user.name.asciiLowercased, entityID: user.id,
                name: name,
                issued: call.now, expires: call.now + (input.integer("DurationSeconds") ?? 43_200) * 1000)
            session.policies = terms.policies
            session.managed = terms.managed
            session.tags = terms.tags
            return [
                "Credentials": credentials(session, call.house),
                "FederatedUser": .structure([
                    "FederatedUserId": .string("\(user.account):\(name)"),
                    "Arn": .string("arn:aws:sts::\(user.account):federated-user/\(name)"),
                ]), "PackedPolicySize": .integer(terms.packed ?? 0),
            ]
        }
    }
}
