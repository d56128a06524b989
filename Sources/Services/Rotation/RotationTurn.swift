internal import Bytes
internal import Store
internal import Wire

/// One node's go at one rotation: from taking it up to success, failure, or being overtaken by another node.
struct RotationTurn: Sendable {
    let house: House
    let pause: @Sendable (_ milliseconds: Int64) async throws -> Void
    let key: ItemKey

    private enum Ended: Error { case overtaken, stopped }

    /// What the rows said when it was taken up.
    struct Claim: Sendable {
        var duty: RotationDuty
        var run: RotationRun
        let arn: Text
        let function: Text
    }

    /// False if the rows can't be read or written: there is no use in coming back at once.
    func drive() async -> Bool {
        do {
            guard var claim = try await claim() else { return true }
            var flight = RotationFlight(claim, node: house.node, at: house.clock.now())
            try await follow(&claim, &flight)
        } catch Ended.overtaken, StoreError.conflict, Ended.stopped {
            // Somebody else has it, or it was called off, or this node stops. What counts is what they write.
        } catch {
            house.log.error("rotation of \(key.id): \((error as? StoreError)?.operatorText ?? "\(type(of: error))")")
            return false
        }
        return true
    }

    private func follow(_ claim: inout Claim, _ flight: inout RotationFlight) async throws {
        var action = RotationRun.Action.invoke(claim.run.step ?? .create)
        while true {
            switch action {
            case .invoke(let step):
                let began = house.clock.now()
                var failure = try await holding(&claim) { [self, claim] in await invoke(step, claim) }
                if Task.isCancelled { return try await release(claim) }
                if failure == nil, step == .create { failure = try await stranger(claim) }
                flight.add(step.rawValue, began: began, ended: house.clock.now(), failure)
                if let failure {
                    claim.run.failure = "\(failure.kind): \(failure.message)"
                    action = claim.run.take(.failed)
                } else {
                    action = claim.run.take(.succeeded(step))
                    if case .invoke = action { try await renew(&claim) }
                }
            case .look:
                guard try await complete(claim, &flight) else {
                    claim.run.failure = "finishSecret ended, but AWSCURRENT is not on the new version"
                    action = claim.run.take(.found(isCurrent: false))
                    continue
                }
                return
            case .complete:
                _ = try await complete(claim, &flight)
                return
            case .retry(let after): return try await fail(claim, &flight, retryAt: house.clock.now() + after)
            case .giveUp: return try await fail(claim, &flight, retryAt: nil)
            }
        }
    }

    private func holding(
        _ claim: inout Claim, _ body: @escaping @Sendable () async -> RotationFailure?
    ) async throws -> RotationFailure? {
        guard
            let (failure, latest) = await Lease.hold(
                claim, pause: pause, renew: { [self] in try await renew(&$0) }, body)
        else { throw Ended.overtaken }
        claim = latest
        return failure
    }

    private func renew(_ claim: inout Claim) async throws {
        let (now, before) = (house.clock.now(), claim)
        claim.duty = try await house.store.write { transaction in
            var duty = before.duty
            duty.run = before.run
            duty.item.due = now + Lease.length
            try duty.save(transaction)
            return duty
        }
    }

    /// This node stops: the next one goes on at once.
    private func release(_ claim: Claim) async throws {
        let now = house.clock.now()
        try await house.store.write { transaction in
            var duty = claim.duty
            (duty.holder, duty.item.due) = (nil, now)
            try duty.save(transaction)
        }
        throw Ended.stopped
    }
}
