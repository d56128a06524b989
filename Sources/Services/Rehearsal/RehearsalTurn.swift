internal import Bytes
internal import Store
internal import Wire

/// One node's go at one rehearsal, cleaning up included.
struct RehearsalTurn: Sendable {
    let house: House
    let pause: @Sendable (_ milliseconds: Int64) async throws -> Void
    let key: ItemKey

    private enum Ended: Error { case overtaken }

    struct Claim: Sendable {
        var duty: RehearsalDuty
        var run: RehearsalDuty.Run
        let secret: SecretDraft
        /// Another node, or this one before it started anew, did not come to its end.
        let isLeftOver: Bool
    }

    /// False if the rows can't be read or written: there is no use in coming back at once.
    func drive() async -> Bool {
        do {
            guard var claim = try await claim() else { return true }
            try await play(&claim)
        } catch Ended.overtaken, StoreError.conflict {
            // What counts is what the other writes.
        } catch {
            house.log.error("rehearsal of \(key.id): \((error as? StoreError)?.operatorText ?? "\(type(of: error))")")
            return false
        }
        return true
    }

    private func play(_ claim: inout Claim) async throws {
        let rehearsal = try Rehearsal(claim.secret, claim.run, house)
        var flight = RotationFlight(claim, node: house.node, at: house.clock.now())
        if claim.run.phase != .over {
            let before = (claim.isLeftOver, flight)
            flight = try await holding(&claim) { [self] in
                before.0 ? interrupted(before.1) : await perform(rehearsal, before.1)
            }
            if Task.isCancelled { return try await release(claim) }
        }
        let began = house.clock.now()
        let trouble = try await holding(&claim) { await Self.trying { try await rehearsal.cleanUp() } }
        if Task.isCancelled { return try await release(claim) }
        flight.add("cleanUp", began: began, ended: house.clock.now(), trouble)
        try await end(claim, flight, trouble)
    }

    private func interrupted(_ flight: RotationFlight) -> RotationFlight {
        var flight = flight
        let failure = RotationFailure("Interrupted", "The node that was at it stopped. Rehearse again.")
        flight.add("prepare", began: house.clock.now(), ended: house.clock.now(), failure)
        return flight
    }

    private func perform(_ rehearsal: Rehearsal, _ flight: RotationFlight) async -> RotationFlight {
        var (flight, began) = (flight, house.clock.now())
        func note(_ name: Text, _ failure: RotationFailure?) {
            let ended = house.clock.now()
            flight.add(name, began: began, ended: ended, failure)
            began = ended
        }
        let call: StepCall
        do { call = try await rehearsal.prepare() } catch {
            note("prepare", RotationFailure(error))
            return flight
        }
        note("prepare", nil)
        for step in RotationStep.allCases {
            var failure = await call.make(step)
            if failure == nil, step == .finish { failure = await unmoved(rehearsal, call) }
            note(step.rawValue, failure)
            if failure != nil { break }
        }
        return flight
    }

    private func unmoved(_ rehearsal: Rehearsal, _ call: StepCall) async -> RotationFailure? {
        do {
            if try await rehearsal.isCurrent(moving: call.native != nil) { return nil }
            return RotationFailure("NotFinished", "finishSecret ended, but AWSCURRENT is not on the new version.")
        } catch {
            return RotationFailure(error)
        }
    }

    private static func trying(_ body: () async throws -> Void) async -> RotationFailure? {
        do {
            try await body()
            return nil
        } catch {
            return RotationFailure(error)
        }
    }

    private func holding<R: Sendable>(
        _ claim: inout Claim, _ body: @escaping @Sendable () async -> R
    ) async throws -> R {
        let held = await Lease.hold(claim, pause: pause, renew: { [self] in try await renew(&$0) }, body)
        guard let (result, latest) = held else { throw Ended.overtaken }
        claim = latest
        return result
    }
}
