internal import Bytes
internal import Store
internal import Wire

extension RehearsalDuty.Options {
    init(_ fields: Fields) {
        function = fields.text("function")
        admin = fields.text("admin")
        valueFrom = fields.text("valueFrom")
    }

    var fields: Fields {
        var fields = Fields()
        fields.add("function", function)
        fields.add("admin", admin)
        fields.add("valueFrom", valueFrom)
        return fields
    }
}

extension RehearsalDuty.Plan {
    init?(_ fields: Fields) {
        guard let rules = fields.fields("rules").flatMap({ RotationRules(stored: $0) }) else { return nil }
        self.init(rules: rules, options: RehearsalDuty.Options(fields))
    }

    var fields: Fields {
        var fields = options.fields
        fields.add("rules", .structure(rules.stored))
        return fields
    }
}

extension RehearsalDuty.Run {
    init?(_ fields: Fields) {
        guard let id = fields.text("id"), let shadow = fields.text("shadow"), let user = fields.text("user"),
            let function = fields.text("rotator"), let began = fields.storedTime("began"),
            let phase = fields.text("phase").flatMap({ Phase(rawValue: $0) })
        else { return nil }
        self.init(
            id: id, shadow: shadow, user: user, function: function, options: RehearsalDuty.Options(fields),
            began: began, phase: phase, sweeps: fields.integer("sweeps") ?? 0)
    }

    /// - Parameter function: the one to run: that of `options`, or else the secret's.
    init(_ function: Text, _ options: RehearsalDuty.Options, of name: Text, at now: Timestamp, _ chance: Chance) {
        let random = Text(decoding: chance.characters(8, from: Array("abcdefghijkmnpqrstuvwxyz23456789".utf8))[...])
        let stem = Text(decoding: name.bytes.prefix(480))
        self.init(
            id: chance.uuid(), shadow: "\(stem)-rehearsal-\(random)", user: "uc_rehearsal_\(random)",
            function: function, options: options, began: now)
    }

    var fields: Fields {
        var fields = options.fields
        fields.add("id", id)
        fields.add("shadow", shadow)
        fields.add("user", user)
        fields.add("rotator", function)
        fields.add("began", .integer(began.milliseconds))
        fields.add("phase", phase.rawValue)
        fields.add("sweeps", sweeps)
        return fields
    }

    /// Milliseconds until the next attempt at cleaning up.
    var pause: Int64 { Backoff.pause(first: 60_000, doublings: sweeps, longest: 3_600_000) }
}

extension RehearsalDuty {
    /// As people and programs see it.
    var shown: Fields {
        var fields = Fields()
        fields.add("ScheduleExpression", plan?.rules.expression)
        fields.add("RehearsalId", run?.id)
        fields.add("Holder", holder)
        if run == nil { fields.add("Due", item.due) }
        guard let run, run.phase == .over else { return fields }
        fields.add("Left", .list([.string(run.user), .string(run.shadow)]))
        return fields
    }
}
