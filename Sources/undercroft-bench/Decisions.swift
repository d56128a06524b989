import Bytes
import Policy

/// The policy engine with nothing around it.
///
/// One core, wall-clock time; the median of many batches, so that what else the machine does counts little.
struct Decisions {
    private static let batches = 31
    private static let batchNanoseconds: UInt64 = 10_000_000

    func run() throws(Trouble) {
        let mixed = try Pair(DecisionWorld.mixed)
        let narrow = try Pair(DecisionWorld.narrow)
        var fields = [
            "\"statements\":\(DecisionWorld.policies * DecisionWorld.statements)",
            "\"mixed_us\":\(Self.microseconds { mixed.decideBoth() })",
            "\"narrow_us\":\(Self.microseconds { narrow.decideBoth() })",
        ]
        for hostile in HostilePattern.allCases {
            let times = try HostilePattern.sizes.map { size throws(Trouble) in
                let question = try hostile.question(size)
                return Self.microseconds { question.decide() }
            }
            fields.append("\"\(hostile.rawValue)_us\":\(times)")
        }
        Output.say("{" + fields.joined(separator: ",") + "}")
    }

    private static func microseconds(_ body: () -> Void) -> Double {
        var perBatch = 1
        while time(perBatch, body) < batchNanoseconds { perBatch *= 2 }
        let times = (0..<batches).map { _ in time(perBatch, body) }.sorted()
        let each = Double(times[batches / 2]) / Double(perBatch) / 1000
        return (each * 1000).rounded() / 1000
    }

    private static func time(_ count: Int, _ body: () -> Void) -> UInt64 {
        let begin = Now.nanoseconds
        for _ in 0..<count { body() }
        return Now.nanoseconds - begin
    }
}

/// What one read of a secret under a customer's key asks: the secret, then its key.
private struct Pair {
    private let secret: AskedOnce
    private let key: AskedOnce

    init(_ statement: (Int) -> String) throws(Trouble) {
        let identity = try DecisionWorld.identity(statement)
        secret = try AskedOnce(
            DecisionWorld.ask("secretsmanager:GetSecretValue", DecisionWorld.secret),
            Layers(
                identity: identity, resource: try DecisionWorld.policy(DecisionWorld.secretPolicy, .resource),
                resourceAccount: DecisionWorld.account), isAllowed: true)
        key = try AskedOnce(
            DecisionWorld.ask("kms:Decrypt", DecisionWorld.key),
            Layers(
                identity: identity, resource: try DecisionWorld.policy(DecisionWorld.keyPolicy, .resource),
                resourceAccount: DecisionWorld.account, isKeyPolicy: true), isAllowed: true)
    }

    func decideBoth() {
        secret.decide()
        key.decide()
    }
}

/// A question whose answer is known, so that nothing is measured that decides wrongly.
struct AskedOnce {
    private let ask: Ask
    private let layers: Layers
    private let isAllowed: Bool

    init(_ ask: Ask, _ layers: Layers, isAllowed: Bool) throws(Trouble) {
        (self.ask, self.layers, self.isAllowed) = (ask, layers, isAllowed)
        guard Policy.decide(ask, layers).isAllowed == isAllowed else {
            throw Trouble("\(ask.action.string) was decided wrongly")
        }
    }

    func decide() { precondition(Policy.decide(ask, layers).isAllowed == isAllowed) }
}
