internal import Bytes

/// One rotation of one secret, from the reserved version to the moved label: a value that takes events and says what to do.
/// It does no I/O and reads no clock.
struct RotationRun: Sendable, Equatable {
    enum Kind: Text, Sendable {
        case rotation = "rotation"
        /// RotateImmediately=false: `testSecret` alone, against a copy of the current value.
        case test = "test"
    }

    enum Event: Sendable, Equatable {
        /// Somebody has taken it up, for the first time or again.
        case taken
        case succeeded(RotationStep)
        case failed
        /// After the last step: whether the version is the current one.
        case found(isCurrent: Bool)
    }

    enum Action: Sendable, Equatable {
        case invoke(RotationStep)
        /// See where AWSCURRENT is.
        case look
        case complete
        /// In so many milliseconds.
        case retry(after: Int64)
        /// A test is not repeated.
        case giveUp
    }

    let kind: Kind
    /// The id of the version that is to become current.
    let token: Text
    /// Handed to the function, which hands it back with the new value.
    let rotationToken: Text
    let began: Timestamp
    /// Attempts that were begun.
    private(set) var attempts = 0
    /// The step under way, or the one that failed.
    private(set) var step: RotationStep?
    /// Why the last attempt failed.
    var failure: Text?

    init(kind: Kind, token: Text, rotationToken: Text, began: Timestamp) {
        self.kind = kind
        self.token = token
        self.rotationToken = rotationToken
        self.began = began
    }

    private var steps: [RotationStep] { kind == .test ? [.test] : RotationStep.allCases }

    /// Every attempt begins with the first step: steps are safe to repeat, and what a crash interrupted is not known.
    mutating func take(_ event: Event) -> Action {
        switch event {
        case .taken:
            attempts += 1
            step = steps.first
            return .invoke(steps[0])
        case .succeeded(let done):
            guard let index = steps.firstIndex(of: done), index + 1 < steps.count else {
                return kind == .test ? .complete : .look
            }
            step = steps[index + 1]
            return .invoke(steps[index + 1])
        case .found(isCurrent: true): return .complete
        case .failed, .found(isCurrent: false): return kind == .test ? .giveUp : .retry(after: pause)
        }
    }

    /// Milliseconds from a failed attempt to the next: two minutes at first, twice as long each time, an hour at most.
    private var pause: Int64 { Backoff.pause(first: 120_000, doublings: Int64(attempts) - 1, longest: 3_600_000) }

    init?(_ fields: Fields) {
        guard let kind = fields.text("kind").flatMap({ Kind(rawValue: $0) }), let token = fields.text("token"),
            let rotationToken = fields.text("rotationToken"), let began = fields.integer("began")
        else { return nil }
        self.init(
            kind: kind, token: token, rotationToken: rotationToken, began: Timestamp(milliseconds: began))
        attempts = Int(fields.integer("attempts") ?? 0)
        step = fields.text("step").flatMap { RotationStep(rawValue: $0) }
        failure = fields.text("failure")
    }

    var fields: Fields {
        var fields: Fields = [
            "kind": .string(kind.rawValue), "token": .string(token), "rotationToken": .string(rotationToken),
            "began": .integer(began.milliseconds), "attempts": .integer(Int64(attempts)),
        ]
        fields.add("step", step?.rawValue)
        fields.add("failure", failure)
        return fields
    }
}
