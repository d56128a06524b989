internal import Bytes
internal import Store
internal import Wire

// The transactions of a turn.
extension RehearsalTurn {
    /// `nil` if there is nothing to do any more, or not yet.
    func claim() async throws -> Claim? {
        let (house, key, now) = (house, key, house.clock.now())
        return try await house.store.write { transaction in
            guard let item = try transaction.item(key) else { return nil }
            var duty = try RehearsalDuty(item)
            guard Lease.isFree(item, for: house.node, at: now) else { return nil }
            guard let row = try transaction.secret(key.place, key.id), row.suffix == duty.suffix else {
                try Self.forget(&duty, at: now, house, transaction)
                return nil
            }
            let secret = try SecretDraft(row)
            guard var run = try Self.run(&duty, secret, at: now, house, transaction) else { return nil }
            let isLeftOver = run.phase != .asked
            if !isLeftOver { run.phase = .begun }
            (duty.run, duty.holder, duty.item.due, duty.item.link) = (run, house.node, now + Lease.length, run.function)
            try duty.save(transaction)
            return Claim(duty: duty, run: run, secret: secret, isLeftOver: isLeftOver)
        }
    }

    /// The one that was asked for or begun, or else the one that the schedule wants, if it can be had now.
    private static func run(
        _ duty: inout RehearsalDuty, _ secret: SecretDraft, at now: Timestamp, _ house: House,
        _ transaction: borrowing Transaction
    ) throws -> RehearsalDuty.Run? {
        if let run = duty.run { return run }
        guard let plan = duty.plan, secret.row.deleteAfter == nil, secret.labels[Secrets.current] != nil,
            let function = plan.options.function ?? secret.rotation?.function
        else {
            (duty.holder, duty.item.due) = (nil, duty.next(after: now))
            try duty.save(transaction)
            return nil
        }
        return RehearsalDuty.Run(function, plan.options, of: duty.name, at: now, house.chance)
    }

    /// The secret is gone, and with it the way to whoever could take the user away.
    private static func forget(
        _ duty: inout RehearsalDuty, at now: Timestamp, _ house: House, _ transaction: borrowing Transaction
    ) throws {
        if let run = duty.run, let copy = try transaction.secret(duty.place, run.shadow) {
            try Secrets.purge(copy, house, at: now, transaction)
            house.log.warning(
                "the secret \(duty.name) was deleted while it was rehearsed: if its server has a user \(run.user), drop it"
            )
        }
        _ = try transaction.delete(duty.item.key)
    }

    func renew(_ claim: inout Claim) async throws {
        let (now, before) = (house.clock.now(), claim)
        claim.duty = try await house.store.write { transaction in
            var duty = before.duty
            duty.item.due = now + Lease.length
            try duty.save(transaction)
            return duty
        }
    }

    /// This node stops: the next one cleans up at once.
    func release(_ claim: Claim) async throws {
        let now = house.clock.now()
        try await house.store.write { transaction in
            var duty = claim.duty
            (duty.holder, duty.item.due) = (nil, now)
            try duty.save(transaction)
        }
    }

    /// - Parameter trouble: why something is left that is to be taken away later.
    func end(_ claim: Claim, _ flight: RotationFlight, _ trouble: RotationFailure?) async throws {
        let (house, now, secret, run) = (house, house.clock.now(), claim.secret, claim.run)
        var ended = flight
        let isReported = run.phase == .over
        ended.end(flight.failed == nil ? .succeeded : .failed, at: now)
        let record = ended
        try await house.store.write { transaction in
            var (duty, run) = (claim.duty, run)
            if let trouble {
                run.sweeps += 1
                run.phase = .over
                (duty.run, duty.holder, duty.item.due) = (run, nil, now + run.pause)
                house.log.warning(
                    "after the rehearsal of \(secret.arn), \(run.user) or \(run.shadow) is left: \(trouble.kind): \(trouble.message)"
                )
            } else {
                (duty.run, duty.holder, duty.item.due) = (nil, nil, duty.next(after: now))
            }
            try duty.save(transaction)
            if isReported { return }
            try record.save(transaction)
            try Self.report(record, secret, run.id, at: now, house, transaction)
        }
        if isReported { return }
        house.figures.countRehearsal(succeeded: record.failed == nil)
        if let failed = record.failed, let failure = failed.failure {
            house.log.warning(
                "rehearsal of \(secret.arn) failed in \(failed.step): \(failure.kind): \(failure.message)")
        }
    }

    private static func report(
        _ flight: RotationFlight, _ secret: SecretDraft, _ id: Text, at now: Timestamp, _ house: House,
        _ transaction: borrowing Transaction
    ) throws {
        guard let failed = flight.failed, let failure = failed.failure else {
            return try Rotation.record("RehearsalSucceeded", secret, id, at: now, house, transaction)
        }
        let details: Fields = [
            "Step": .string(failed.step), "FunctionError": .string("\(failure.kind): \(failure.message)"),
        ]
        try Rotation.record(
            "RehearsalFailed", secret, id, at: now, house,
            error: "The rehearsal of \(flight.function) failed in \(failed.step).", details: details, transaction)
    }
}
