internal import Bytes
internal import Policy
internal import Store
internal import Wire

/// What AWS has no operation for: why somebody may or may not do something, and who can. `undercroft why` and
/// `undercroft who-can` call it like any client, signed and recorded.
enum Insight {
    static let quota = Quota("insight", 50)
    static let arn = Shape.string(1...2048)
    static let action = Shape.string(3...128)
    static let context = Shape.map(key: .string(1...256), value: .list(.string(0...2048), 0...50), 0...50)
}

extension API {
    package static let insight = API(
        name: "undercroft",
        targetPrefix: "Undercroft",
        version: "2026-11-25",
        dialects: [.json11, .json10],
        xmlNamespace: "",
        messageKey: "message"
    )
}

extension Insight {
    static func ownQuestion(_ action: Text, _ resource: Text, _ call: Call) -> Question {
        Question(
            action: action, resource: resource, shown: resource == "*" ? nil : resource, owner: call.caller.account,
            keys: call.conditionKeys)
    }

    /// The caller that `arn` would be, signing now with a key of its own. Principals of the caller's account only.
    static func caller(_ arn: Text, _ call: Call) throws -> Caller {
        guard let parsed = ARN(arn), let account = AccountID(parsed.account) else {
            throw Fault.frontEnd("ValidationException", "\(arn) is not the ARN of a principal.")
        }
        guard account == call.caller.account else {
            throw Fault("AccessDeniedException", "Principals of other accounts are explained in their own account.")
        }
        let parts = parsed.resource.split(on: 0x2F)
        let controls = try call.view.account(account).map { try call.view.controls(on: $0) } ?? Controls()
        switch (parsed.service, parts.first) {
        case ("iam", "root"):
            return Caller(
                accessKeyID: "", account: account,
                principal: Principal(account: account.text, arn: arn, kind: .root), uniqueID: account.text,
                rights: Rights(), sessionPolicies: nil, controls: controls, tags: [], session: nil, identityJSON: [])
        case ("iam", "user"):
            guard let user = try call.view.entity(.user, parts.last ?? "", account), user.arn == arn else {
                throw Access.missing(.user, parts.last ?? "").asJSON
            }
            return .user(user, "", try call.view.rights(of: user), controls)
        case ("iam", "role"), ("sts", "assumed-role"):
            let name = parsed.service == "iam" ? parts.last ?? "" : parts.count > 1 ? parts[1] : ""
            guard let role = try call.view.entity(.role, name, account), parsed.service == "sts" || role.arn == arn
            else {
                throw Access.missing(.role, name).asJSON
            }
            let session = Session(
                kind: .role, account: account, entity: role.name, entityID: role.id,
                name: parsed.service == "sts" ? parts.last ?? "" : "asked", issued: call.received,
                expires: call.received)
            return .session(session, of: role, "", try call.view.rights(of: role), nil, controls)
        default: throw Fault.frontEnd("ValidationException", "\(arn) is neither a user nor a role nor a root.")
        }
    }

    /// `call` as `caller` would have sent it, in the region that `resource` names.
    static func call(of caller: Caller, about resource: Text, _ call: Call) -> Call {
        let region = ARN(resource)?.region ?? ""
        let scene = Scene(
            house: call.house, caller: caller,
            place: Place(account: caller.account, region: region.isEmpty ? call.place.region : region),
            received: call.received, userAgent: [], peer: call.peer, host: [])
        return Call(scene, requestID: call.requestID, view: call.view)
    }

    /// The question that the operation would ask first, with the policy that lies on the resource.
    ///
    /// - Parameter context: condition keys that the asker knows better; names in any case.
    static func question(_ action: Text, _ resource: Text, _ context: Fields?, _ call: Call) throws -> Question {
        var question = try plainQuestion(action, resource, call)
        guard let context, !context.isEmpty else { return question }
        let known = question.keys
        let given = context.members.map { ($0.name.asciiLowercased, Fields([$0]).texts($0.name) ?? []) }
        question.keys = ContextKeys { name in
            guard let entry = given.first(where: { $0.0 == name }) else { return known[name] }
            return entry.1.count == 1 ? .one(entry.1[0]) : .many(entry.1)
        }
        return question
    }

    private static func plainQuestion(_ action: Text, _ resource: Text, _ call: Call) throws -> Question {
        let service = action.split(on: 0x3A, limit: 2).first?.asciiLowercased
        guard resource != "*" else { return ownQuestion(action, "*", call) }
        switch service {
        case "secretsmanager":
            let subject = try Secrets.find(resource, call)
            var question = Secrets.question(action, subject, call)
            question.shown = subject.arn
            return question
        case "kms": return Keys.question(action, try Keys.find(resource, call), call)
        case "lambda" where FunctionReference.pattern.matches(resource):
            let subject = try FunctionSubject(resource, nil, call)
            return subject.question(action, subject.keys(call))
        case "sts" where action.asciiLowercased.hasPrefix("sts:assumerole"):
            let subject = try RoleSubject(resource, call)
            return subject.question(action, subject.keys([:], call))
        default:
            var question = ownQuestion(action, resource, call)
            if let account = ARN(resource).flatMap({ AccountID($0.account) }) { question.owner = account }
            return question
        }
    }
}

extension Fault {
    /// As services that speak JSON say it: always 400.
    var asJSON: Fault { Fault(code, message) }
}
