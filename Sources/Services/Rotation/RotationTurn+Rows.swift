internal import Bytes
internal import Store
internal import Wire

// The transactions of a turn.
extension RotationTurn {
    /// `nil` if there is nothing to do any more, or not yet.
    func claim() async throws -> Claim? {
        let (house, key, now) = (house, key, house.clock.now())
        return try await house.store.write { transaction in
            guard let item = try transaction.item(key) else { return nil }
            var duty = try RotationDuty(item)
            guard Lease.isFree(item, for: house.node, at: now) else { return nil }
            guard let row = try transaction.secret(key.place, key.id), row.suffix == duty.suffix else {
                try transaction.delete(key)
                return nil
            }
            var draft = try SecretDraft(row)
            guard let setting = draft.rotation, setting.isEnabled, row.deleteAfter == nil else {
                (duty.holder, duty.item.due) = (nil, nil)
                try duty.save(transaction)
                return nil
            }
            guard try Self.prepare(&draft, &duty, at: now, house, transaction), var run = duty.run else { return nil }
            _ = run.take(.taken)
            (duty.run, duty.holder, duty.item.due) = (run, house.node, now + Lease.length)
            duty.item.link = setting.function
            try duty.save(transaction)
            return Claim(duty: duty, run: run, arn: draft.arn, function: setting.function)
        }
    }

    /// False if there is nothing to run.
    private static func prepare(
        _ draft: inout SecretDraft, _ duty: inout RotationDuty, at now: Timestamp, _ house: House,
        _ transaction: borrowing Transaction
    ) throws -> Bool {
        let old = draft.row
        if let run = duty.run {
            if [draft.labels[Secrets.pending], draft.labels[Secrets.current]].contains(run.token) { return true }
            // Somebody took AWSPENDING off by hand.
            try Rotation.abandon(run, &draft, at: now, house, transaction)
            duty.run = nil
            draft.rotation?.postpone(at: now)
            duty.item.due = Rotation.due(draft)
        } else if let due = Rotation.due(draft), due <= now, draft.labels[Secrets.current] != nil {
            let stuck = draft.labels[Secrets.pending]
            if stuck == nil || stuck == draft.labels[Secrets.current] {
                if try RotationWait.takesHold(draft, &duty, at: now, house, transaction) { return false }
                try Rotation.begin(
                    .rotation, token: house.chance.uuid(), &draft, &duty, at: now, house, transaction)
                try transaction.update(draft.encoded, from: old)
                return true
            }
            let text: Text = "A previous rotation isn't complete: version \(stuck ?? "") holds AWSPENDING."
            try Rotation.record("RotationFailed", draft, stuck ?? "", at: now, house, error: text, transaction)
            draft.rotation?.postpone(at: now)
            duty.item.due = Rotation.due(draft)
        } else {
            duty.item.due = draft.labels[Secrets.current] == nil ? nil : Rotation.due(draft)
        }
        duty.holder = nil
        try duty.save(transaction)
        try transaction.update(draft.encoded, from: old)
        return false
    }

    /// False if the version is not the current one. A native rotation's label is moved here.
    func complete(_ claim: Claim, _ flight: inout RotationFlight) async throws -> Bool {
        let (house, now) = (house, house.clock.now())
        let isNative = Rotation.native(claim.function, in: key.place, house) != nil
        let (place, name, run) = (key.place, key.id, claim.run)
        flight.end(.succeeded, at: now)
        let record = flight
        let isDone = try await house.store.write { transaction in
            guard let row = try transaction.secret(place, name), row.suffix == claim.duty.suffix else {
                throw StoreError.conflict
            }
            var (draft, duty) = (try SecretDraft(row), claim.duty)
            switch run.kind {
            case .test:
                try Self.removeTested(run.token, &draft, transaction)
            case .rotation:
                if isNative, draft.labels[Secrets.pending] == run.token {
                    draft.labels.move(Secrets.current, to: run.token)
                }
                guard draft.labels[Secrets.current] == run.token else { return false }
                if draft.labels[Secrets.pending] == run.token { draft.labels.remove(Secrets.pending) }
                draft.rotation?.lastRotated = now
                draft.rotation?.restart(at: now)
                draft.row.changed = now
            }
            (duty.run, duty.holder, duty.item.due) = (nil, nil, Rotation.due(draft))
            try duty.save(transaction)
            try transaction.update(draft.encoded, from: row)
            let event: Text = run.kind == .test ? "TestRotationSucceeded" : "RotationSucceeded"
            try Rotation.record(event, draft, run.token, at: now, house, transaction)
            try record.save(transaction)
            return true
        }
        if isDone { house.figures.countRotation(succeeded: true) }
        return isDone
    }

    /// - Parameter retryAt: `nil` if it is not tried again.
    func fail(_ claim: Claim, _ flight: inout RotationFlight, retryAt: Timestamp?) async throws {
        let (house, now) = (house, house.clock.now())
        let (place, name, run) = (key.place, key.id, claim.run)
        flight.end(.failed, at: now)
        flight.retryAt = retryAt
        let record = flight
        let step = run.step?.rawValue ?? "createSecret"
        let last = flight.entries.last?.failure
        let error: Text =
            last?.kind == RotationFailure.stranger
            ? last?.message ?? "" : "Error when executing lambda \(claim.function) during \(step) step"
        try await house.store.write { transaction in
            guard let row = try transaction.secret(place, name), row.suffix == claim.duty.suffix else {
                throw StoreError.conflict
            }
            var (draft, duty) = (try SecretDraft(row), claim.duty)
            (duty.run, duty.holder, duty.item.due) = (run, nil, retryAt)
            if retryAt == nil {
                try Self.removeTested(run.token, &draft, transaction)
                (duty.run, duty.item.due) = (nil, Rotation.due(draft))
                try transaction.update(draft.encoded, from: row)
            }
            try duty.save(transaction)
            var details: Fields = ["Step": .string(step), "Attempt": .integer(Int64(run.attempts))]
            details.add("FunctionError", run.failure)
            try Rotation.record(
                run.kind == .test ? "TestRotationFailed" : "RotationFailed", draft, run.token, at: now, house,
                error: error, details: details, transaction)
            try record.save(transaction)
        }
        house.figures.countRotation(succeeded: false)
        house.log.warning("rotation of \(claim.arn) failed in \(step): \(run.failure ?? "")")
    }

    /// The copy that a test was made against.
    private static func removeTested(
        _ token: Text, _ draft: inout SecretDraft, _ transaction: borrowing Transaction
    ) throws {
        guard draft.labels[Secrets.pending] == token else { return }
        draft.labels.remove(Secrets.pending)
        guard draft.labels.labels(of: token).isEmpty else { return }
        _ = try transaction.deleteVersion(draft.row.place, draft.row.name, token)
        draft.versions?.count -= 1
    }
}
