internal import Bytes
internal import Store
internal import Wire

/// What is asked again and again (decision 0007).
extension Gate {
    /// The same checks in the same order as the long way, against what was prepared. `nil` wherever it is not the same
    /// request from the same signer over the same rows, or where anything is wrong.
    func repeated(_ request: Request) -> Answer? {
        let began = house.clock.monotonic()
        guard let envelope = try? Envelope(request), let target = Self.target(request, envelope),
            let signer = identity.known(envelope)
        else { return nil }
        let received = house.clock.now()
        let mix = PreparedReads.mix(signer, target, request.body)
        guard let read = prepared.find(mix), read.answers(signer, target, request.body, on: received.day),
            read.stands(house.store.cache)
        else { return nil }
        let entry = catalog.entries[read.entry]
        guard let claim = try? SignatureClaim.read(request, envelope, known: signer.terms),
            signer.fits(claim), signer.isCurrent(received),
            (try? claim.check(now: received, service: entry.api.name)) != nil,
            claim.verify(request, key: signer.key),
            house.admission.admit(entry.quota, in: Place(account: signer.caller.account, region: claim.region))
        else { return nil }
        let requestID = RequestID(at: received, house.chance).text
        let circumstances = Circumstances(
            received: received,
            requestID: requestID,
            peer: request.peer,
            userAgent: envelope.userAgent ?? [],
            host: envelope.host
        )
        guard let answer = read.prepared.answer(circumstances, house) else { return nil }
        if read.isWorthNoting(received) {
            house.credentialUses.note(claim.accessKeyID, CredentialUse(claim, received))
            noteUse(of: read.entry, by: signer.caller, claim, received)
        }
        house.figures.count(read.entry, code: nil, since: began, house.clock)
        house.figures.countPrepared()
        return Answer(
            requestID: requestID.string,
            reply: Reply(status: 200, contentType: Dialect.json11.contentType, body: answer.body),
            ticket: house.trail.append(answer.records, citing: read.cited),
            unrecorded: Unrecorded.reply(.json11)
        )
    }

    /// `nil` for what is never prepared.
    private static func target(_ request: Request, _ envelope: Envelope) -> ArraySlice<UInt8>? {
        guard request.method == "POST", request.target == "/", envelope.isJSON11 else { return nil }
        return envelope.target
    }

    /// After an answer: makes the next one cheaper if this is not the first of its kind.
    func prepare(_ attempt: Attempt) {
        guard let index = attempt.entry, let prepare = catalog.entries[index].prepare, let call = attempt.call,
            let fields = attempt.fields, let envelope = attempt.envelope, attempt.request.body.count <= 4096,
            let target = Self.target(attempt.request, envelope), let signer = identity.known(envelope),
            signer.caller === call.caller
        else { return }
        let mix = PreparedReads.mix(signer, target, attempt.request.body)
        guard prepared.isFamiliar(mix) else { return }
        let sightings = Sightings()
        let rehearsal = call.retried(with: View(cache: house.store.cache, sightings: sightings))
        guard let found = try? prepare(rehearsal, fields), !rehearsal.isContextual else { return }
        let read = PreparedRead(
            entry: index,
            prepared: found,
            cited: rehearsal.cited,
            signer: signer,
            target: target,
            body: attempt.request.body,
            day: attempt.received.day,
            tickets: sightings.tickets,
            noted: attempt.received
        )
        prepared.keep(read, mix)
    }

    /// Lets go of what was remembered about rows that have changed since.
    package func sweep() {
        identity.sweep()
        prepared.sweep(house.store.cache)
    }
}
