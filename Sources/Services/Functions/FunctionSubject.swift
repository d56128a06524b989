internal import Bytes
internal import Policy
internal import Store
internal import Wire

/// The function that a call is about, looked up but not yet admitted to exist.
struct FunctionSubject: Sendable {
    let reference: FunctionReference
    /// With what the qualifier names.
    let target: FunctionTarget?
    /// Whether there is a function of that name, whatever the qualifier.
    let function: FunctionState?
    /// The role that the call passes to the function.
    var role: PassedRole?

    init(_ name: Text, _ qualifier: Text?, _ call: Call) throws {
        reference = try FunctionReference(name, qualifier, from: call.place)
        function = try call.view.function(reference)
        target = try call.view.target(reference)
    }

    var arn: Text { reference.arn }

    func require() throws(Fault) -> FunctionTarget {
        guard let target else { throw .noFunction(reference.qualifiedARN) }
        return target
    }

    /// `nil` unless it is there. Throws where a qualifier was given that this operation has no use for.
    func requireWhole() throws(Fault) -> FunctionState {
        guard let function else { throw .noFunction(reference.arn) }
        return function
    }

    /// For changes of `$LATEST`.
    func requireLatest() throws(Fault) -> FunctionState {
        guard let function else { throw .noFunction(reference.arn) }
        guard reference.isLatest else {
            throw .invalidValue(
                "This operation does not permit $LATEST's code or configuration under another qualifier.")
        }
        return function
    }

    func keys(_ call: Call) -> ContextKeys {
        let (tags, arn) = (function?.tags ?? [], reference.qualifiedARN)
        return ContextKeys { name in
            if name == "lambda:functionarn" { return .one(arn) }
            return tags.condition(name, "aws:resourcetag/") ?? call.globalKey(name)
        }
    }

    func question(_ action: Text, _ keys: ContextKeys) -> Question {
        let arn = reference.qualifiedARN
        return Question(
            action: action, resource: arn, shown: arn, owner: reference.place.account,
            resourcePolicy: target?.policy(reference), keys: keys)
    }
}

/// The role that a function is to run as.
struct PassedRole: Sendable {
    let arn: Text
    let account: AccountID
    let state: EntityState?

    init(_ arn: Text, _ view: View) throws {
        guard let parsed = ARN(arn), let account = AccountID(parsed.account),
            let name = parsed.resource.split(on: 0x2F).last
        else { throw Fault.roleNotAssumable }
        (self.arn, self.account) = (arn, account)
        let found = try view.entity(.role, name, account)
        state = found?.arn == arn ? found : nil
    }

    /// `iam:PassRole`, of the caller.
    func question(_ call: Call) -> Question {
        let tags = state?.tags ?? []
        return Question(
            action: "iam:PassRole", resource: arn, shown: arn, owner: account,
            keys: ContextKeys { name in
                if name == "iam:passedtoservice" { return .one(Functions.service) }
                return tags.condition(name, "aws:resourcetag/", "iam:resourcetag/") ?? call.globalKey(name)
            })
    }

    /// Whether Lambda may be it, for a function.
    func isTrusting(_ function: FunctionReference) -> Bool {
        guard let trust = state?.trust else { return false }
        let keys: ContextKeys = [
            "aws:SourceArn": .one(function.arn), "aws:SourceAccount": .one(function.place.account.text),
        ]
        let ask = Ask(
            action: "sts:AssumeRole", resource: arn,
            principal: Principal(account: "", arn: "", kind: .service(host: Functions.service)), owner: account.text,
            keys: keys)
        return decide(ask, Layers(resource: trust, resourceAccount: account.text, isTrustPolicy: true)).isAllowed
    }

    func require(for function: FunctionReference) throws(Fault) {
        guard account == function.place.account else {
            throw Fault("AccessDeniedException", "Cross-account pass role is not allowed.", status: 403)
        }
        guard isTrusting(function) else { throw .roleNotAssumable }
    }
}
