package import Bytes
internal import Policy
internal import Store
internal import Wire

// How services run functions, without a signed caller.
extension Functions {
    /// Whether the function is there, and its policy lets Secrets Manager invoke it for a secret.
    ///
    /// - Parameters:
    ///   - arn: with a qualifier or without: the policy is that of the qualifier.
    ///   - source: the secret's ARN.
    package static func mayInvoke(
        _ arn: Text, source: Text, account: AccountID, house: House
    ) async throws -> Bool {
        guard let reference = reference(arn) else { return false }
        let target = try await house.seeing { try $0.target(reference) }
        return target.map { allows($0, reference, "secretsmanager.amazonaws.com", source, account) } ?? false
    }

    /// Seconds that a rotation's step has if its function's owner never set a time: a server that does not answer takes
    /// the published functions half a minute to give up.
    private static let servicePatience: Int64 = 60

    /// Runs a function for a service: its policy is asked again, its reserved concurrency counts, and its log is kept.
    ///
    /// Throws `ResourceNotFoundException`, `AccessDeniedException` and `TooManyRequestsException` as Invoke does.
    ///
    /// - Parameters:
    ///   - service: `secretsmanager.amazonaws.com`.
    ///   - source: the ARN that the service does it for, by default the event's `SecretId`.
    package static func invoke(
        _ arn: Text, payload: [UInt8], by service: Text, source: Text? = nil, house: House
    ) async throws -> FunctionOutcome {
        guard let reference = reference(arn) else { throw Fault.noFunction(arn) }
        let target = try await house.seeing { try $0.target(reference) }
        guard let target else { throw Fault.noFunction(arn) }
        var cause = source
        if cause == nil, case .structure(let event)? = try? JSON.parse(payload) { cause = event.text("SecretId") }
        let account = cause.flatMap { ARN($0) }.flatMap { AccountID($0.account) } ?? reference.place.account
        guard allows(target, reference, service, cause, account) else {
            throw Fault(
                "AccessDeniedException",
                "User: \(service) is not authorized to perform: lambda:InvokeFunction on resource: \(arn) because no resource-based policy allows the lambda:InvokeFunction action",
                status: 403)
        }
        let run = try await FunctionRun(target, reference, house, patience: servicePatience)
        return try await run.run(RequestID(at: house.clock.now(), house.chance).text, payload)
    }

    package static func role(of arn: Text, house: House) async throws -> Text? {
        guard let reference = reference(arn) else { return nil }
        guard let target = try await house.seeing({ try $0.target(reference) }) else { return nil }
        return try await FunctionRun(target, reference, house).configuration.role
    }

    /// Of a full ARN alone.
    private static func reference(_ text: Text) -> FunctionReference? {
        guard let arn = ARN(text), arn.service == "lambda", let account = AccountID(arn.account) else { return nil }
        return try? FunctionReference(text, nil, from: Place(account: account, region: arn.region))
    }

    private static func allows(
        _ target: FunctionTarget, _ reference: FunctionReference, _ service: Text, _ source: Text?,
        _ account: AccountID
    ) -> Bool {
        var keys = ContextKeys()
        keys.add("aws:SourceArn", source)
        keys.add("aws:SourceAccount", account.text)
        keys.add("aws:PrincipalServiceName", service)
        let ask = Ask(
            action: "lambda:InvokeFunction", resource: reference.qualifiedARN,
            principal: Principal(account: "", arn: "", kind: .service(host: service)),
            owner: reference.place.account.text, keys: keys)
        let layers = Layers(
            resource: target.policy(reference), resourceAccount: reference.place.account.text)
        return decide(ask, layers).isAllowed
    }
}
