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
    mutating func drive() async -> Bool {
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
                flight.add(step, began: began, ended: house.clock.now(), failure)
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

    /// Runs `body` while the lease is renewed, at a third of its time.
    private func holding(
        _ claim: inout Claim, _ body: @escaping @Sendable () async -> RotationFailure?
    ) async throws -> RotationFailure? {
        enum Part: Sendable { case ended(RotationFailure?), renewed(Claim), overtaken }
        let renewing: @Sendable (Claim) async -> Part = { [self] claim in
            var claim = claim
            while true {
                do { try await pause(Rotation.lease / 3) } catch { return .renewed(claim) }
                do { try await renew(&claim) } catch StoreError.conflict { return .overtaken } catch {
                    // The store may come back before the lease ends.
                }
            }
        }
        let begun = claim
        let (failure, latest) = await withTaskGroup(of: Part.self) { group in
            group.addTask { .ended(await body()) }
            group.addTask { await renewing(begun) }
            var (failure, latest) = (RotationFailure?.none, Claim?.none)
            for await part in group {
                switch part {
                case .ended(let result): failure = result
                case .renewed(let claim): latest = claim
                case .overtaken: break
                }
                group.cancelAll()
            }
            return (failure, latest)
        }
        guard let latest else { throw Ended.overtaken }
        claim = latest
        return failure
    }

    private func renew(_ claim: inout Claim) async throws {
        let (now, before) = (house.clock.now(), claim)
        claim.duty = try await house.store.write { transaction in
            var duty = before.duty
            duty.run = before.run
            duty.item.due = now + Rotation.lease
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
