import Bytes
import Seal
import Services
import Synchronization

@testable import Rotators

/// Secrets Manager as a rotator sees it, and its labels as the engine moves them.
final class FakeVault: RotationVault {
    struct State: Sendable {
        var stages: [Text: SecretBytes] = [:]
        var others: [Text: SecretBytes] = [:]
        var tags: [Text: Text] = [:]
        var drawn = 0
        var puts = 0
        var rules: [PasswordRules] = []
        var isFull = false
    }

    private let state: Mutex<State>
    private let draw: @Sendable (Int) -> Text

    init(
        current: String, others: [Text: String] = [:], tags: [Text: Text] = [:],
        draw: @escaping @Sendable (Int) -> Text = { "Drawn-\($0)-\(UInt64.random(in: 0 ... .max))" }
    ) {
        var first = State()
        first.stages["AWSCURRENT"] = SecretBytes(Array(current.utf8))
        first.others = others.mapValues { SecretBytes(Array($0.utf8)) }
        first.tags = tags
        state = Mutex(first)
        self.draw = draw
    }

    func value(stage: Text) async throws(RotationFailure) -> SecretBytes? { state.withLock { $0.stages[stage] } }

    func value(of secretID: Text) async throws(RotationFailure) -> SecretBytes {
        guard let value = state.withLock({ $0.others[secretID] }) else {
            throw RotationFailure("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
        }
        return value
    }

    func put(_ value: SecretBytes) async throws(RotationFailure) {
        let isFull = state.withLock { state in
            state.puts += 1
            if !state.isFull { state.stages["AWSPENDING"] = value }
            return state.isFull
        }
        if isFull { throw RotationFailure("Unavailable", "the store is full") }
    }

    func password(_ rules: PasswordRules) async throws(RotationFailure) -> SecretBytes {
        let number = state.withLock { state in
            state.drawn += 1
            state.rules.append(rules)
            return state.drawn
        }
        return SecretBytes(draw(number).bytes)
    }

    func tag(_ name: Text) async throws(RotationFailure) -> Text? { state.withLock { $0.tags[name] } }

    func change(_ body: (inout State) -> Void) { state.withLock { body(&$0) } }
    var snapshot: State { state.withLock { $0 } }

    subscript(stage: Text) -> String? {
        state.withLock { $0.stages[stage] }.map { String(decoding: $0.revealBytes(), as: UTF8.self) }
    }

    func member(_ name: Text, _ stage: Text) throws -> Text? {
        guard let value = self[stage], case .structure(let fields) = try JSON.parse(Array(value.utf8)) else {
            return nil
        }
        return fields.text(name)
    }

    /// What the engine does once finishSecret has succeeded.
    func moveLabels() {
        change { state in
            state.stages["AWSPREVIOUS"] = state.stages["AWSCURRENT"]
            state.stages["AWSCURRENT"] = state.stages.removeValue(forKey: "AWSPENDING")
        }
    }
}

extension NativeRotator {
    func run(_ steps: RotationStep..., on vault: FakeVault) async throws(RotationFailure) {
        for step in steps {
            try await run(RotationEvent(step: step, secretARN: "arn:aws:secretsmanager:x", token: "t"), vault)
        }
    }

    func rotate(_ vault: FakeVault) async throws(RotationFailure) {
        try await run(.create, .set, .test, .finish, on: vault)
        vault.moveLabels()
    }
}

func failure(_ body: () async throws(RotationFailure) -> Void) async -> RotationFailure? {
    do throws(RotationFailure) { try await body() } catch { return error }
    return nil
}

/// A JSON object, as an owner of a secret would write it.
func json(_ members: [(Text, Document)]) -> String {
    var builder = ByteBuilder()
    builder.append(json: Fields(members.map { Fields.Member(name: $0.0, value: $0.1) }))
    return String(decoding: builder.bytes, as: UTF8.self)
}
