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

extension PassedRole {
    /// The role that a function is to run as.
    init(function role: Text, _ view: View) throws {
        try self.init(role, to: Functions.service, else: .roleNotAssumable, view)
    }

    func isTrusting(_ function: FunctionReference) -> Bool { isTrusting(for: function.arn, of: function.place.account) }

    func require(for function: FunctionReference) throws(Fault) {
        guard account == function.place.account else {
            throw Fault("AccessDeniedException", "Cross-account pass role is not allowed.", status: 403)
        }
        guard isTrusting(function) else { throw .roleNotAssumable }
    }
}
