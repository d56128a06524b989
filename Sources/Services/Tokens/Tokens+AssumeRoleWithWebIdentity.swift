internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Tokens {
    /// For whoever an identity provider vouches for. Nobody signs this request: the token in it is the proof.
    enum AssumeRoleWithWebIdentity: TokenOperation {
        struct Subject: Sendable {
            let role: RoleSubject
            let provider: OIDCProviderState
            let token: WebToken

            var tags: Fields? { token.claims.fields("https://aws.amazon.com/tags") }
        }

        static let name: Text = "AssumeRoleWithWebIdentity"
        static let isOpen = true
        static let isBrief = false
        static let input: Structure = [
            .required("RoleArn", roleARN), .required("RoleSessionName", sessionName),
            .required("WebIdentityToken", .string(4...20_000), sensitive: true),
            .optional("ProviderId", .string(4...2048)), .optional("PolicyArns", policyARNs),
            .optional("Policy", policyText), .optional("DurationSeconds", .integer(900...43_200)), smallest,
        ]
        static let recordedOutput: Structure? = [
            recordedCredentials, .optional("SubjectFromWebIdentityToken", .string()), assumedRole,
            .optional("Provider", .string()), .optional("Audience", .string()),
        ]

        static func find(_ input: Fields, _ call: Call) throws -> Subject {
            guard input["ProviderId"] == nil else {
                throw validation("ProviderId is for OAuth 2.0 access tokens, which are not served here.")
            }
            let role = try RoleSubject(input.text("RoleArn") ?? "", call)
            let sent = input.secret("WebIdentityToken").flatMap { Text(utf8: $0.bytes) } ?? ""
            guard let token = WebToken(sent), let issuer = token.issuer, let subject = token.subject,
                let expiry = token.time("exp")
            else {
                throw invalid(
                    "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)")
            }
            guard let url = issuer.dropping("https://"), let provider = try call.view.oidcProvider(url, role.account)
            else {
                throw invalid("No OpenIDConnect provider found in your account for \(issuer)")
            }
            guard call.received < expiry else {
                throw Fault(
                    "ExpiredTokenException",
                    "Token expired: current date/time \(call.received.seconds) must be before the expiration date/time \(expiry.seconds)"
                )
            }
            if let start = token.time("nbf"), start > call.received + tolerance {
                throw invalid("The token is not valid yet.")
            }
            guard token.audiences.contains(where: provider.clientIDs.contains) else {
                throw invalid("Incorrect token audience")
            }
            try verify(token, of: WebKeys.Source(issuer: issuer, thumbprints: provider.thumbprints), call)
            call.introduce(as: visitor(provider, token, subject))
            return Subject(role: role, provider: provider, token: token)
        }

        /// Milliseconds that clocks may differ by.
        private static let tolerance: Int64 = 300_000

        private static func verify(_ token: WebToken, of source: WebKeys.Source, _ call: Call) throws {
            let issuer = source.issuer
            let errand: Text = "keys of \(issuer)"
            guard case .keys(let keys) = call.house.webKeys.find(source, token.keyID, at: call.received) else {
                guard !call.view.isDone(errand) else {
                    throw Fault("IDPCommunicationError", "The keys of \(issuer) can't be fetched; try again.")
                }
                throw Detour { house in
                    do { try await house.webKeys.fetch(source, house) } catch {
                        house.log.warning("the keys of \(issuer) can't be fetched: \(error)")
                    }
                    return .done(errand)
                }
            }
            guard !keys.isEmpty else {
                throw invalid(
                    "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements"
                )
            }
            try call.leaveLoop()
            guard keys.contains(where: token.isSigned) else {
                throw invalid("The signature of the token does not fit the provider's key.")
            }
        }

        private static func invalid(_ text: Text) -> Fault { Fault("InvalidIdentityToken", text) }

        /// CloudTrail's `userIdentity` of somebody without an account.
        private static func visitor(_ provider: OIDCProviderState, _ token: WebToken, _ subject: Text) -> [UInt8] {
            let fields: Fields = [
                "type": "WebIdentityUser",
                "principalId": .string("\(provider.arn):\(audience(token)):\(subject)"), "userName": .string(subject),
                "identityProvider": .string(provider.arn),
            ]
            return fields.json
        }

        private static func audience(_ token: WebToken) -> Text {
            token.claims.text("azp") ?? token.audiences.first ?? ""
        }

        static func asks(_ input: Fields, _ subject: Subject, _ call: Call) -> [Question] {
            let actions: [Text] =
                ["sts:AssumeRoleWithWebIdentity"] + (subject.tags == nil ? [] : ["sts:TagSession"])
            return actions.map { action in
                var question = subject.role.question(action, keys(input, subject, call))
                question.principal = Principal(account: "", arn: subject.provider.arn, kind: .anonymous)
                question.refusal = denied("Not authorized to perform sts:AssumeRoleWithWebIdentity")
                return question
            }
        }

        /// The provider's claims stand under its own name: `token.actions.githubusercontent.com:sub`.
        private static func keys(_ input: Fields, _ subject: Subject, _ call: Call) -> ContextKeys {
            let own = subject.role.keys(input, call)
            let prefix: Text = "\(subject.provider.url.asciiLowercased):"
            return ContextKeys { name in
                guard let claim = name.dropping(prefix) else {
                    return name == "aws:federatedprovider" ? .one(subject.provider.arn) : own[name]
                }
                if claim == "aud" { return .one(audience(subject.token)) }
                guard let member = subject.token.claims.members.first(where: { $0.name.asciiLowercased == claim })
                else {
                    return nil
                }
                switch member.value {
                case .string(let text): return .one(text)
                case .bool(let flag): return .one(flag ? "true" : "false")
                case .integer(let number): return .one("\(number)")
                case .list: return Fields([member]).texts(member.name).map { .many($0) }
                default: return nil
                }
            }
        }

        static func answer(_ call: Authorized<Self>) throws -> Fields {
            let (subject, input) = (call.subject, call.input)
            var terms = try SessionTerms(input, call.call)
            let tags = subject.tags?.fields("principal_tags")
            terms.tags = try SessionTerms.checked(
                (tags?.members ?? []).compactMap { member in
                    let value = Fields([member]).texts(member.name)?.first ?? Fields([member]).text(member.name)
                    return value.map { Tag(key: member.name, value: $0) }
                })
            try terms.measure()
            let seconds = try subject.role.duration(input, isChained: false)
            var session = try subject.role.session(
                input.text("RoleSessionName") ?? "", terms, from: call.now, seconds: seconds)
            session.provider = subject.provider.arn
            session.transitive = subject.tags?.texts("transitive_tag_keys") ?? []
            session.sourceIdentity = subject.token.claims.text("https://aws.amazon.com/source_identity")
            var fields = subject.role.answer(session, terms, call.house)
            fields.add("SubjectFromWebIdentityToken", subject.token.subject)
            fields.add("Provider", subject.provider.arn)
            fields.add("Audience", audience(subject.token))
            return fields
        }
    }
}
