internal import Bytes
internal import Policy
internal import Wire

/// A role that the caller has a service act as.
struct PassedRole: Sendable {
    let arn: Text
    let account: AccountID
    /// The service's host name.
    let service: Text
    let state: EntityState?

    /// Throws `fault` for what is no role's ARN. One that is not there is not assumed either: that shows later.
    init(_ arn: Text, to service: Text, else fault: Fault, _ view: View) throws {
        guard let parsed = ARN(arn), let account = AccountID(parsed.account),
            let name = parsed.resource.split(on: 0x2F).last
        else { throw fault }
        (self.arn, self.account, self.service) = (arn, account, service)
        let found = try view.entity(.role, name, account)
        state = found?.arn == arn ? found : nil
    }

    /// `iam:PassRole`, of the caller.
    func question(_ call: Call) -> Question {
        let (tags, service) = (state?.tags ?? [], service)
        return Question(
            action: "iam:PassRole", resource: arn, shown: arn, owner: account,
            keys: ContextKeys { name in
                if name == "iam:passedtoservice" { return .one(service) }
                return tags.condition(name, "aws:resourcetag/", "iam:resourcetag/") ?? call.globalKey(name)
            })
    }

    /// Whether the service may be it, for that resource of an account.
    func isTrusting(for source: Text, of owner: AccountID) -> Bool {
        guard let trust = state?.trust else { return false }
        let keys: ContextKeys = ["aws:SourceArn": .one(source), "aws:SourceAccount": .one(owner.text)]
        let ask = Ask(
            action: "sts:AssumeRole", resource: arn,
            principal: Principal(account: "", arn: "", kind: .service(host: service)), owner: account.text, keys: keys)
        return decide(ask, Layers(resource: trust, resourceAccount: account.text, isTrustPolicy: true)).isAllowed
    }
}
