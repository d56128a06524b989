internal import Bytes
internal import Policy
internal import Store
internal import Wire

/// What a set of policies would say. Nothing is asked of the caller's own.
struct Simulation: Sendable {
    struct Source: Sendable {
        let policy: NamedPolicy
        /// What matched statements are reported under.
        let id: Text
        let type: Text
        let places: StatementPlaces

        init(
            _ name: Text, _ type: Text, _ text: Text, _ kind: DocumentKind, shownAs id: Text? = nil
        ) throws(Fault) {
            do {
                policy = NamedPolicy(name: name, document: try PolicyDocument.parse(text.bytes, kind: kind))
            } catch {
                let place: Text = error.path.isEmpty ? "" : " (\(error.path))"
                throw Fault("InvalidInput", "Invalid policy \(name): \(error.reason)\(place)")
            }
            self.type = type
            self.id = id ?? name
            places = StatementPlaces(text)
        }
    }

    static let identityType: Text = "IAM Policy"
    static let boundaryType: Text = "IAM Permissions Boundary Policy"
    static let resourceType: Text = "Resource Policy"

    var identity: [Source]
    var boundary: Source?
    var resource: Source?
    /// From the organization's root down; empty where there is none.
    var controls: [[NamedPolicy]]
    let principal: Principal
    /// False for nobody in particular: then nothing about them is known to policies.
    let isSomebody: Bool
    let keys: ContextKeys
    private let owner: Text

    /// - Parameter tags: of the principal.
    init(
        _ input: Fields, identity: [Source], boundary: Source?, controls: [[NamedPolicy]], principal: Principal?,
        tags: [Tag], _ call: Call
    ) throws {
        self.identity = identity
        self.controls = controls
        self.boundary = try Self.boundary(input) ?? boundary
        resource = try input.text("ResourcePolicy").map {
            try Source("ResourcePolicy", Self.resourceType, $0, .resource)
        }
        let named = try input.text("CallerArn").map { try Self.caller($0) }
        let somebody = named ?? principal
        guard resource == nil || somebody != nil else {
            throw Fault(
                "InvalidInput", "CallerArn is required with a ResourcePolicy, unless the policies are a user's.")
        }
        isSomebody = somebody != nil
        let account = call.caller.account.text
        self.principal = somebody ?? Principal(account: account, arn: "arn:aws:iam::\(account):user/", kind: .user)
        owner = try input.text("ResourceOwner").map { try Self.account($0) } ?? self.principal.account
        keys = Self.keys(input, named == nil ? tags : [], isSomebody: isSomebody, call)
    }

    private static func boundary(_ input: Fields) throws(Fault) -> Source? {
        let texts = input.texts("PermissionsBoundaryPolicyInputList") ?? []
        guard texts.count <= 1 else {
            throw Fault("InvalidInput", "Only one permissions boundary can be simulated at a time.")
        }
        guard let text = texts.first else { return nil }
        return try Source("PermissionsBoundaryPolicyInputList.1", boundaryType, text, .boundary)
    }

    private static func caller(_ text: Text) throws(Fault) -> Principal {
        guard let arn = ARN(text), arn.service == "iam", AccountID(arn.account) != nil, arn.resource.hasPrefix("user/")
        else { throw Fault("InvalidInput", "Invalid CallerArn: it has to be the ARN of an IAM user.") }
        return Principal(account: arn.account, arn: text, kind: .user)
    }

    private static func account(_ text: Text) throws(Fault) -> Text {
        if AccountID(text) != nil { return text }
        guard let arn = ARN(text), AccountID(arn.account) != nil else {
            throw Fault("InvalidInput", "Invalid ResourceOwner: it has to be the ARN of an account.")
        }
        return arn.account
    }

    private static func keys(_ input: Fields, _ tags: [Tag], isSomebody: Bool, _ call: Call) -> ContextKeys {
        var keys = ContextKeys()
        for case .structure(let entry) in input.list("ContextEntries") ?? [] {
            guard let name = entry.text("ContextKeyName") else { continue }
            let values = entry.texts("ContextKeyValues") ?? []
            let isList = entry.text("ContextKeyType").map { $0.bytes.suffix(4).elementsEqual("List".utf8) } ?? false
            if !isList, values.count == 1 { keys.add(name, values[0]) } else { keys.add(name, values) }
        }
        for tag in tags { keys.add("aws:PrincipalTag/\(tag.key)", tag.value) }
        keys.add("aws:CurrentTime", call.received.iso8601)
        keys.add("aws:EpochTime", "\(call.received.seconds)")
        // No values at all hide what would follow from the stand-in.
        if !isSomebody {
            for name in ["aws:username", "aws:userid", "aws:PrincipalArn"] as [Text] { keys.add(name, []) }
        }
        return keys
    }

    // MARK: Results

    /// Statements looked at for one page.
    private static let most = 100_000
    private var sources: [Source] { identity + [boundary, resource].compactMap { $0 } }

    func results(_ input: Fields) throws -> Fields {
        let (actions, resources) = (input.texts("ActionNames") ?? [], input.texts("ResourceArns") ?? [])
        for action in actions {
            let parts = action.split(on: 0x3A)
            guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }), !action.utf8.contains(0x2A) else {
                throw Fault(
                    "InvalidInput", "Invalid action name \(action): it has to be a service and one action of it.")
            }
        }
        let pairs = actions.flatMap { action in (resources.isEmpty ? ["*"] : resources).map { (action, $0) } }
        let page = try AccessPage(input)
        let first = page.after.map { Int($0.string) ?? -1 } ?? 0
        guard first >= 0, first <= pairs.count else {
            throw Fault.frontEnd("ValidationException", "Invalid Marker.")
        }
        // A page may be shorter than was asked for, so that no call costs much more than any other.
        let statements = sources.reduce(1) { $0 + $1.policy.document.statements.count }
        let rows = Array(pairs.dropFirst(first).prefix(min(page.limit, max(1, Self.most / statements))))
        let next = first + rows.count
        let asked = sources.flatMap(\.policy.document.askedKeys)
        var fields: Fields = [
            "EvaluationResults": .list(rows.map { result($0.0, $0.1, asked) }),
            "IsTruncated": .bool(next < pairs.count),
        ]
        if next < pairs.count { fields.add("Marker", Base64.encode(Text("\(next)").bytes)) }
        return fields
    }

    private func result(_ action: Text, _ resource: Text, _ asked: [Text]) -> Document {
        let account = ARN(resource).flatMap { AccountID($0.account) }?.text ?? owner
        let ask = Ask(action: action, resource: resource, principal: principal, owner: account, keys: keys)
        let layers = Layers(
            identity: identity.map(\.policy), boundary: boundary?.policy, resource: self.resource?.policy,
            serviceControl: controls, resourceAccount: account,
            isKeyPolicy: self.resource != nil && ARN(resource)?.service == "kms")
        let told = explain(ask, layers)
        var fields: Fields = [
            "EvalActionName": .string(action), "EvalResourceName": .string(resource),
            "EvalDecision": .string(Self.word(told.decision)), "MatchedStatements": .list(matched(told)),
            "MissingContextValues": .list(missing(asked, ask).map { .string($0) }),
        ]
        if !controls.isEmpty {
            let isAllowed = Self.allows(ask, Layers(serviceControl: controls, resourceAccount: principal.account))
            fields.add("OrganizationsDecisionDetail", .structure(["AllowedByOrganizations": .bool(isAllowed)]))
        }
        if let boundary {
            let isAllowed = Self.allows(ask, Layers(boundary: boundary.policy, resourceAccount: principal.account))
            fields.add(
                "PermissionsBoundaryDecisionDetail", .structure(["AllowedByPermissionsBoundary": .bool(isAllowed)]))
        }
        if account != principal.account { fields.add("EvalDecisionDetails", details(ask, layers)) }
        return .structure(fields)
    }

    private static func word(_ decision: Decision) -> Text {
        switch decision.reason {
        case .allowed, .root: "allowed"
        case .explicitDeny: "explicitDeny"
        case .implicitDeny: "implicitDeny"
        }
    }

    /// The statements that settled it: all that deny, else all that allow.
    private func matched(_ told: Explanation) -> [Document] {
        let effect: Statement.Effect
        switch told.decision.reason {
        case .allowed, .root: effect = .allow
        case .explicitDeny: effect = .deny
        case .implicitDeny: return []
        }
        return told.traces.compactMap { trace in
            guard trace.outcome == .matched, trace.effect == effect,
                let source = sources.first(where: { $0.policy.name == trace.statement.policy })
            else { return nil }
            var fields: Fields = [
                "SourcePolicyId": .string(source.id), "SourcePolicyType": .string(source.type),
            ]
            if let place = source.places.shown(trace.statement.index) {
                fields.add("StartPosition", place.start)
                fields.add("EndPosition", place.end)
            }
            return .structure(fields)
        }
    }

    /// What the policies ask for and nobody told.
    private func missing(_ asked: [Text], _ ask: Ask) -> [Text] {
        var known: Set<Text> = [
            "aws:principalaccount", "aws:principaltype", "aws:principalisawsservice", "aws:resourceaccount",
        ]
        if isSomebody { known.formUnion(["aws:principalarn", "aws:userid"]) }
        if isSomebody, principal.kind == .user { known.insert("aws:username") }
        var seen: Set<Text> = []
        return asked.filter { name in
            let folded = name.asciiLowercased
            guard !known.contains(folded), seen.insert(folded).inserted else { return false }
            guard let value = ask.keys[name] else { return true }
            return value.texts.isEmpty
        }
    }

    /// Whether the limiting policies in `layers` allow it, if everything else did.
    private static func allows(_ ask: Ask, _ layers: Layers) -> Bool {
        guard let everything else { return false }
        var layers = layers
        layers.identity = [NamedPolicy(name: "", document: everything)]
        return decide(ask, layers).isAllowed
    }

    private static let everything = try? PolicyDocument.parse(
        Array(#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#.utf8),
        kind: .identity)

    /// What each side says where caller and resource are of different accounts.
    private func details(_ ask: Ask, _ layers: Layers) -> Document {
        var own = layers
        (own.resource, own.resourceAccount, own.isKeyPolicy) = (nil, principal.account, false)
        var other = layers
        (other.boundary, other.serviceControl) = (nil, [])
        if let everything = Self.everything { other.identity = [NamedPolicy(name: "", document: everything)] }
        let entries = [(Self.identityType, own), (Self.resourceType, other)]
        return .structure(
            Fields(
                entries.map { name, layers in
                    Fields.Member(
                        name: "entry",
                        value: .structure(["key": .string(name), "value": .string(Self.word(decide(ask, layers)))]))
                }))
    }
}

extension Access {
    static let documents = Shape.list(document)
    /// What both simulations take beside the policies themselves.
    static let simulated: [ShapeMember] = [
        .required("ActionNames", .list(.string(3...128))), .optional("ResourceArns", .list(.string(1...2048))),
        .optional("ResourcePolicy", document), .optional("ResourceOwner", .string(1...2048)),
        .optional("CallerArn", .string(1...2048)),
        .optional(
            "ContextEntries",
            .list(
                .structure([
                    .optional("ContextKeyName", .string(5...256)), .optional("ContextKeyValues", .list(.string())),
                    .optional(
                        "ContextKeyType",
                        .oneOf(
                            "string", "stringList", "numeric", "numericList", "boolean", "booleanList", "ip", "ipList",
                            "binary", "binaryList", "date", "dateList")),
                ]))),
        .optional("ResourceHandlingOption", .string(1...64)), .optional("MaxItems", maxItems),
        .optional("Marker", marker),
    ]

    static func given(_ input: Fields) throws -> [Simulation.Source] {
        try (input.texts("PolicyInputList") ?? []).enumerated().map { index, text in
            try Simulation.Source("PolicyInputList.\(index + 1)", Simulation.identityType, text, .identity)
        }
    }

    static func askedKeys(_ sources: [Simulation.Source]) -> Fields {
        var seen: Set<Text> = []
        let names = sources.flatMap(\.policy.document.askedKeys).filter { seen.insert($0.asciiLowercased).inserted }
        return ["ContextKeyNames": .list(names.map { .string($0) })]
    }
}
