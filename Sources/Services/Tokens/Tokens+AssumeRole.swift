internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Tokens {
    enum AssumeRole: TokenOperation {
        static let name: Text = "AssumeRole"
        static let input: Structure = [
            .required("RoleArn", roleARN), .required("RoleSessionName", sessionName),
            .optional("PolicyArns", policyARNs), .optional("Policy", policyText),
            .optional("DurationSeconds", .integer(900...43_200)), .optional("Tags", tags),
            .optional("TransitiveTagKeys", .list(Access.tagKey, 0...50)),
            .optional("ExternalId", .string(2...1224, Pattern.each(of: "\\w+=,.@:\\/-", text: "[\\w+=,.@:\\/-]*"))),
            .optional("SerialNumber", serialNumber), .optional("TokenCode", tokenCode, sensitive: true),
            .optional("SourceIdentity", .string(2...256, Tokens.name)),
            .optional(
                "ProvidedContexts",
                .list(
                    .structure([.optional("ProviderArn", .string()), .optional("ContextAssertion", .string())]), 1...5)
            ), smallest,
        ]
        static let recordedOutput: Structure? = [recordedCredentials, assumedRole]

        static func find(_ input: Fields, _ call: Call) throws -> RoleSubject {
            guard input["ProvidedContexts"] == nil else {
                throw Fault("InvalidContextAssertion", "No provider of trusted contexts is known here.")
            }
            return try RoleSubject(input.text("RoleArn") ?? "", call)
        }

        static func asks(_ input: Fields, _ subject: RoleSubject, _ call: Call) -> [Question] {
            var actions: [Text] = ["sts:AssumeRole"]
            if input["Tags"] != nil { actions.append("sts:TagSession") }
            if input["SourceIdentity"] != nil || call.caller.session?.sourceIdentity != nil {
                actions.append("sts:SetSourceIdentity")
            }
            return actions.map { subject.question($0, keys(input, subject, call)) }
        }

        private static func keys(_ input: Fields, _ subject: RoleSubject, _ call: Call) -> ContextKeys {
            let own = subject.keys(input, call)
            let asked = Access.requestTags(input)
            return ContextKeys { name in
                switch name {
                case "sts:externalid": return input.text("ExternalId").map { .one($0) }
                case "sts:sourceidentity": return input.text("SourceIdentity").map { .one($0) }
                case "sts:transitivetagkeys": return input.texts("TransitiveTagKeys").map { .many($0) }
                // A code that came with the request counts for the decision about the request.
                case "aws:multifactorauthpresent" where input["TokenCode"] != nil: return .one("true")
                case "aws:multifactorauthage" where input["TokenCode"] != nil: return .one("0")
                default: return Access.requestCondition(name, asked) ?? own[name]
                }
            }
        }

        static func answer(_ call: Authorized<Self>) throws -> Fields {
            let (input, caller) = (call.input, call.call.caller)
            guard caller.principal.kind != .root else { throw denied("Roles may not be assumed by root accounts.") }
            let usedMFA = try usedMFA(input, call.call)
            var terms = try SessionTerms(input, call.call)
            let transitive = try inherit(&terms, input, caller.session)
            let isChained = caller.session?.kind == .role
            let seconds = try call.subject.duration(input, isChained: isChained)
            if let own = caller.session?.sourceIdentity, let asked = input.text("SourceIdentity"), own != asked {
                throw denied("The source identity of a session can't be changed.")
            }
            var session = try call.subject.session(
                input.text("RoleSessionName") ?? "", terms, from: call.now, seconds: seconds)
            session.transitive = transitive
            session.usedMFA = usedMFA
            session.sourceIdentity = input.text("SourceIdentity") ?? caller.session?.sourceIdentity
            session.provider = caller.session?.provider
            return call.subject.answer(session, terms, call.house)
        }

        /// Transitive tags of the calling session go on and can't be set anew.
        private static func inherit(
            _ terms: inout SessionTerms, _ input: Fields, _ session: Session?
        ) throws(Fault) -> [Text] {
            let asked = input.texts("TransitiveTagKeys") ?? []
            for key in asked {
                guard terms.tags.contains(where: { $0.key.asciiLowercased == key.asciiLowercased }) else {
                    throw Fault(
                        "InvalidParameterValue",
                        "The specified transitive tag key must be included in the requested tags.")
                }
            }
            let passed = (session?.tags ?? []).filter { tag in
                (session?.transitive ?? []).contains { $0.asciiLowercased == tag.key.asciiLowercased }
            }
            for tag in passed {
                guard !terms.tags.contains(where: { $0.key.asciiLowercased == tag.key.asciiLowercased }) else {
                    throw Fault(
                        "InvalidParameterValue",
                        "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session."
                    )
                }
            }
            terms.tags += passed
            try terms.measure()
            return asked + passed.map(\.key)
        }
    }

    static let assumedRole = ShapeMember.optional(
        "AssumedRoleUser",
        .structure([.optional("AssumedRoleId", .string()), .optional("Arn", .string())]))
}

/// A role that somebody wants to be. One that is not there is refused like one that does not trust the caller.
struct RoleSubject: Sendable {
    let arn: Text
    let account: AccountID
    let role: EntityState?

    init(_ arn: Text, _ call: Call) throws {
        guard let parsed = ARN(arn), parsed.service == "iam", let account = AccountID(parsed.account),
            let name = parsed.resource.dropping("role/")?.split(on: 0x2F).last, !name.isEmpty
        else { throw Tokens.validation("\(arn) is invalid") }
        self.arn = arn
        self.account = account
        let found = try call.view.entity(.role, name, account)
        // Nobody acts in a closed account.
        let isOpen = try call.view.account(account)?.isActive ?? true
        role = isOpen && found?.arn == arn ? found : nil
    }

    func question(_ action: Text, _ keys: ContextKeys) -> Question {
        var question = Question(
            action: action, resource: arn, shown: arn, owner: account, resourcePolicy: role?.trust, keys: keys)
        question.isTrustPolicy = true
        return question
    }

    /// `sts:RoleSessionName`, `sts:DurationSeconds`, and the tags of the role.
    func keys(_ input: Fields, _ call: Call) -> ContextKeys {
        let tags = role?.tags ?? []
        return ContextKeys { name in
            switch name {
            case "sts:rolesessionname": return input.text("RoleSessionName").map { .one($0) }
            case "sts:durationseconds": return .one("\(input.integer("DurationSeconds") ?? 3600)")
            default: break
            }
            return tags.condition(name, "aws:resourcetag/", "iam:resourcetag/") ?? call.globalKey(name)
        }
    }

    /// Seconds that a session of it may last.
    func duration(_ input: Fields, isChained: Bool) throws(Fault) -> Int64 {
        let asked = input.integer("DurationSeconds")
        if isChained, let asked, asked > 3600 {
            throw Tokens.validation(
                "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.")
        }
        guard (asked ?? 3600) <= (role?.maxSession ?? 3600) else {
            throw Tokens.validation("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
        }
        return asked ?? 3600
    }

    func session(_ name: Text, _ terms: SessionTerms, from now: Timestamp, seconds: Int64) throws -> Session {
        // Whoever was allowed found a role.
        guard let role else { throw Fault.internalError }
        var session = Session(
            kind: .role, account: account, entity: role.name.asciiLowercased, entityID: role.id, name: name,
            issued: now,
            expires: now + seconds * 1000)
        session.policies = terms.policies
        session.managed = terms.managed
        session.tags = terms.tags
        return session
    }

    func answer(_ session: Session, _ terms: SessionTerms, _ house: House) -> Fields {
        var fields: Fields = [
            "Credentials": Tokens.credentials(session, house),
            "AssumedRoleUser": .structure([
                "AssumedRoleId": .string("\(session.entityID):\(session.name)"),
                "Arn": .string(Caller.roleSessionARN(account, role?.name ?? "", session.name)),
            ]),
        ]
        fields.add("PackedPolicySize", terms.packed)
        fields.add("SourceIdentity", session.sourceIdentity)
        return fields
    }
}
