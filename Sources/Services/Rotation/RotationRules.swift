internal import Bytes
internal import Wire

/// When a secret is rotated by itself: after so many days, or by an expression, within windows of a certain length.
struct RotationRules: Sendable, Equatable {
    let days: Int?
    let expression: Text?
    /// As it was written: `3h`.
    let duration: Text?
    let schedule: ScheduleExpression

    var durationHours: Int? { duration?.dropping(suffix: "h")?.decimal }

    static let shape: Structure = [
        .optional("AutomaticallyAfterDays", .integer(1...1000)),
        .optional("Duration", .string(2...3, hours)),
        .optional("ScheduleExpression", .string(1...256, characters)),
    ]
    private static let hours = Pattern("[0-9]+h") { $0.dropping(suffix: "h")?.decimal != nil }
    private static let characters = Pattern(#"[0-9A-Za-z\(\)#\?\*\-\/, ]+"#) { text in
        !text.isEmpty && text.string.unicodeScalars.allSatisfy(expressionClass.contains)
    }
    private static let expressionClass: CharacterClass = #"0-9A-Za-z()#?*\-/, "#

    /// From a request that has met the constraints of ``shape``.
    init(request fields: Fields) throws(Fault) {
        days = fields.integer("AutomaticallyAfterDays").map(Int.init)
        expression = fields.text("ScheduleExpression")
        duration = fields.text("Duration")
        switch (days, expression) {
        case (let days?, nil): schedule = .rate(RateExpression(days: days))
        case (nil, let expression?): schedule = try ScheduleExpression(expression: expression)
        case (_?, _?):
            throw .invalidParameter("You can't specify both AutomaticallyAfterDays and ScheduleExpression.")
        case (nil, nil):
            throw .invalidParameter("You must specify either AutomaticallyAfterDays or ScheduleExpression.")
        }
        guard duration != nil else { return }
        guard let hours = durationHours, (1...24).contains(hours) else {
            throw .invalidParameter("The Duration isn't valid: a rotation window is from 1h to 24h long.")
        }
        try schedule.check(durationHours: hours)
    }

    /// From a row, as ``stored`` wrote it.
    init?(stored fields: Fields) {
        guard Self.shape.violations(in: fields).isEmpty, let rules = try? RotationRules(request: fields) else {
            return nil
        }
        self = rules
    }

    var stored: Fields { members(days: days) }

    /// As DescribeSecret and ListSecrets show them: the days of an expression are computed from the last rotation.
    func shown(lastRotated: Timestamp?) -> Fields {
        members(days: days ?? lastRotated.map(schedule.days))
    }

    private func members(days: Int?) -> Fields {
        var fields = Fields()
        fields.add("AutomaticallyAfterDays", days.map(Int64.init))
        fields.add("Duration", duration)
        fields.add("ScheduleExpression", expression)
        return fields
    }
}
