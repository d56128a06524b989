internal import Bytes
internal import Wire

// Not recorded from AWS: only the code is known.
extension Fault {
    static func invalidSchedule(_ text: Text) -> Fault {
        .invalidParameter("The rotation schedule isn't valid: \(text)")
    }

    static func invalidField(_ value: Text, _ field: Text, _ wanted: Text) -> Fault {
        .invalidSchedule("'\(value)' is no \(field) of a cron() expression, which can be \(wanted).")
    }
    static let invalidRate = Fault.invalidSchedule(
        "A rate() expression is a positive number and one of hour, hours, day, days, such as rate(10 days).")
    static let tooOften = Fault.invalidSchedule(
        "A secret can't be rotated more often than every \(RateExpression.minimumHours) hours.")
    static let windowsOverlap = Fault.invalidParameter(
        "The Duration isn't valid: the rotation window must not extend into the next rotation window.")
    static let windowLeavesDay = Fault.invalidParameter(
        "The Duration isn't valid: the rotation window must not extend into the next UTC day.")
}
