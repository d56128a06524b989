internal import Bytes
internal import Store
internal import Wire

/// How a secret is rotated, as it stands in the secret's row: what DescribeSecret shows.
struct RotationSetting: Sendable, Equatable {
    /// False only after CancelRotateSecret; the rest stays to be seen.
    var isEnabled: Bool
    /// The function's ARN.
    var function: Text
    /// `nil`: rotated by hand alone.
    var rules: RotationRules?
    /// When a rotation last succeeded.
    var lastRotated: Timestamp?
    /// What the schedule counts from: the last rotation, the last new value by hand, or when the rules were set.
    var base: Timestamp
    /// The window of the next rotation.
    var next: RotationWindow?

    init(function: Text, rules: RotationRules?, at now: Timestamp) {
        isEnabled = true
        self.function = function
        self.rules = rules
        base = now
        next = rules?.window(after: now, now: now)
    }

    init?(_ fields: Fields) {
        guard let function = fields.text("function"), let base = fields.storedTime("base") else { return nil }
        isEnabled = fields.bool("enabled") ?? false
        self.function = function
        self.base = base
        rules = fields.fields("rules").flatMap { RotationRules(stored: $0) }
        lastRotated = fields.storedTime("last")
        if let opens = fields.storedTime("opens"), let closes = fields.storedTime("closes") {
            next = RotationWindow(opens: opens, closes: closes)
        }
    }

    var fields: Fields {
        var fields: Fields = [
            "enabled": .bool(isEnabled), "function": .string(function), "base": .integer(base.milliseconds),
        ]
        if let rules { fields.add("rules", .structure(rules.stored)) }
        if let lastRotated { fields.add("last", .integer(lastRotated.milliseconds)) }
        if let next {
            fields.add("opens", .integer(next.opens.milliseconds))
            fields.add("closes", .integer(next.closes.milliseconds))
        }
        return fields
    }

    /// The value is new as of `now`, by whatever hand.
    mutating func restart(at now: Timestamp) {
        base = now
        postpone(at: now)
    }

    /// This window is passed over.
    mutating func postpone(at now: Timestamp) { next = rules?.window(after: now, now: now) }

    /// As DescribeSecret and ListSecrets show it.
    func add(to fields: inout Fields) {
        fields.add("RotationEnabled", .bool(isEnabled))
        fields.add("RotationLambdaARN", function)
        if let rules { fields.add("RotationRules", .structure(rules.shown(lastRotated: lastRotated))) }
        fields.add("LastRotatedDate", lastRotated)
        if isEnabled { fields.add("NextRotationDate", next?.closes) }
    }
}

extension RotationWindow {
    /// As a row has it.
    fileprivate init(opens: Timestamp, closes: Timestamp) {
        (self.opens, self.closes) = (opens, closes)
    }
}
