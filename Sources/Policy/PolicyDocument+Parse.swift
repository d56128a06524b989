package import Bytes

extension PolicyDocument {
    /// - Parameter text: what `document` was read from, if it was.
    package init(_ document: Document, kind: DocumentKind, text: [UInt8]? = nil) throws(MalformedPolicy) {
        guard case .structure(let fields) = document else { throw MalformedPolicy("a policy is an object") }
        try fields.allow(only: ["Version", "Id", "Statement"])
        let version = try fields.requiredText("Version", orElse: "2008-10-17")
        guard version == "2012-10-17" || version == "2008-10-17" else {
            throw MalformedPolicy("an unknown version", path: "Version")
        }
        var bytes = text ?? []
        if text == nil {
            var out = ByteBuilder()
            out.append(json: document)
            bytes = out.bytes
        }
        let parser = StatementParser(kind: kind, variables: version == "2012-10-17")
        let statements = try parser.statements(fields)
        self.init(
            kind: kind, id: try fields.optionalText("Id"), version: version, statements: statements,
            text: PolicyText(bytes))
    }
}

struct StatementParser {
    let kind: DocumentKind
    let variables: Bool

    func statements(_ fields: Fields) throws(MalformedPolicy) -> [Statement] {
        guard let value = fields.member("Statement") else { throw MalformedPolicy("required", path: "Statement") }
        guard case .list(let items) = value else {
            let only: Statement = try within("Statement") { () throws(MalformedPolicy) in try self.statement(value) }
            return [only]
        }
        guard !items.isEmpty else { throw MalformedPolicy("empty", path: "Statement") }
        var out: [Statement] = []
        var sids: Set<Text> = []
        for (index, item) in items.enumerated() {
            let statement: Statement = try within("Statement[\(index)]") { () throws(MalformedPolicy) in
                try self.statement(item)
            }
            if hasStrictSids, let sid = statement.sid, !sid.isEmpty, !sids.insert(sid).inserted {
                throw MalformedPolicy("used twice", path: "Statement[\(index)].Sid")
            }
            out.append(statement)
        }
        return out
    }

    /// Services are lenient about Sids in the policies of their resources (KMS's own default has spaces in it).
    private var hasStrictSids: Bool { kind != .resource && kind != .trust }

    private func statement(_ document: Document) throws(MalformedPolicy) -> Statement {
        guard case .structure(let fields) = document else { throw MalformedPolicy("a statement is an object") }
        try fields.allow(only: [
            "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
        ])
        let effect = try effect(fields)
        let principals = try principals(fields)
        let (actions, isNotAction) = try oneOf("Action", "NotAction", fields)
        guard let actions else { throw MalformedPolicy("required", path: "Action") }
        let (resources, isNotResource) = try resources(fields)
        let conditions = try ConditionParser(variables: variables).conditions(fields)
        let matcher = StatementMatcher(
            actions: try actions.map { (text) throws(MalformedPolicy) in try ActionPattern(text) },
            isNotAction: isNotAction,
            resources: try resources?.map { (text) throws(MalformedPolicy) in
                try ResourcePattern(text, variables: variables)
            } ?? [],
            isNotResource: isNotResource, conditions: conditions
        )
        return Statement(
            sid: try sid(fields), effect: effect, principals: principals, actions: actions.texts,
            isNotAction: isNotAction, resources: resources?.texts ?? [], isNotResource: isNotResource,
            conditions: conditions, matcher: matcher
        )
    }

    private func sid(_ fields: Fields) throws(MalformedPolicy) -> Text? {
        guard let sid = try fields.optionalText("Sid") else { return nil }
        guard !hasStrictSids || sid.utf8.allSatisfy(StatementParser.isLetterOrDigit) else {
            throw MalformedPolicy("not only letters and digits", path: "Sid")
        }
        return sid
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: false
        }
    }

    private func effect(_ fields: Fields) throws(MalformedPolicy) -> Statement.Effect {
        switch try fields.requiredText("Effect") {
        case "Allow": return .allow
        case "Deny": return .deny
        default: throw MalformedPolicy("neither Allow nor Deny", path: "Effect")
        }
    }

    private func principals(_ fields: Fields) throws(MalformedPolicy) -> PrincipalClause? {
        let plain = fields.member("Principal")
        let negated = fields.member("NotPrincipal")
        switch kind {
        case .identity, .boundary, .session, .scp:
            guard plain == nil, negated == nil else {
                throw MalformedPolicy("not in this kind of policy", path: plain == nil ? "NotPrincipal" : "Principal")
            }
            return nil
        case .resource, .trust, .rcp: break
        }
        guard plain == nil || negated == nil else { throw MalformedPolicy("beside Principal", path: "NotPrincipal") }
        let name: Text = plain == nil ? "NotPrincipal" : "Principal"
        guard let value = plain ?? negated else { throw MalformedPolicy("required", path: "Principal") }
        let elements = try within(name) { () throws(MalformedPolicy) in try PrincipalParser.elements(value) }
        if kind == .rcp, plain == nil || elements != [.everyone] {
            throw MalformedPolicy("only \"*\" in a resource control policy", path: name)
        }
        return PrincipalClause(elements: elements, isNegated: plain == nil)
    }

    private func resources(_ fields: Fields) throws(MalformedPolicy) -> (Texts?, isNegated: Bool) {
        let (texts, isNegated) = try oneOf("Resource", "NotResource", fields)
        if kind == .trust, texts != nil {
            throw MalformedPolicy("not in a trust policy", path: isNegated ? "NotResource" : "Resource")
        }
        if texts == nil, kind != .trust, kind != .resource { throw MalformedPolicy("required", path: "Resource") }
        return (texts, isNegated)
    }

    private func oneOf(
        _ plain: Text, _ negated: Text, _ fields: Fields
    ) throws(MalformedPolicy) -> (Texts?, isNegated: Bool) {
        if let value = fields.member(plain) {
            guard fields.member(negated) == nil else { throw MalformedPolicy("beside \(plain.string)", path: negated) }
            return (try Texts(value, element: plain, allowsScalars: false), false)
        }
        guard let value = fields.member(negated) else { return (nil, false) }
        return (try Texts(value, element: negated, allowsScalars: false), true)
    }
}
