import Bytes
import Policy

/// Patterns that ruin matchers which go back. Each is as long as a policy may be, and so is the text that it is matched with.
enum HostilePattern: String, CaseIterable {
    /// `*a*a*a…*b` against `aaa…ccc…b` with one `a` too few.
    case stars
    /// `*aaa…ab*` against `aaa…`: each start fails late.
    case lateFailure = "late_failure"
    /// `*a?a?…b*` against `aaa…`.
    case jokers

    /// In bytes; twice as long each.
    static let sizes = [5120, 10_240, 20_480]

    func question(_ size: Int) throws(Trouble) -> AskedOnce {
        let pattern =
            switch self {
            case .stars: String(repeating: "*a", count: size / 2 - 1) + "*b"
            case .lateFailure: "*" + String(repeating: "a", count: size / 2) + "b*"
            case .jokers: "*" + String(repeating: "a?", count: size / 4) + "b*"
            }
        let matched =
            switch self {
            case .stars:
                String(repeating: "a", count: size / 2 - 2) + String(repeating: "c", count: size / 2 + 1) + "b"
            case .lateFailure, .jokers: String(repeating: "a", count: size)
            }
        let text = """
            {"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*",\
            "Condition":{"StringLike":{"aws:UserAgent":"\(pattern)"}}}}
            """
        let policy = try DecisionWorld.policy(text, .identity)
        let principal = Principal(
            account: DecisionWorld.account, arn: "arn:aws:iam::111122223333:user/app", kind: .user)
        let ask = Ask(
            action: "secretsmanager:GetSecretValue", resource: DecisionWorld.secret, principal: principal,
            keys: ["aws:UserAgent": .one(Text(matched))])
        let layers = Layers(identity: [policy], resourceAccount: DecisionWorld.account)
        return try AskedOnce(ask, layers, isAllowed: false)
    }
}
