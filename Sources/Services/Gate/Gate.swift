internal import Bytes
internal import Policy
internal import Store
package import Wire

/// The one door. Every call comes through here: authenticate, admit, decode, validate, authorize, run, record, answer.
package final class Gate: Door {
    package let house: House
    package let catalog: Catalog
    let identity: Identity
    let prepared = PreparedReads()

    package init(house: House, catalog: Catalog) {
        self.house = house
        self.catalog = catalog
        identity = Identity(house: house)
        house.figures.prepare(catalog)
    }

    package func fate(of ticket: Ticket) -> Fate { house.trail.fate(of: ticket) }
    package func observe(_ notify: @escaping @Sendable () -> Void) { house.trail.observe(notify) }

    /// Bytes of a body that take longer to verify and to read than an event loop should be held up: whoever has such a request
    /// has to see to it that the work does not start on one.
    private static let large = 1 << 20

    /// Runs on the event loop's thread as far as the caches reach, but for large bodies.
    package func attempt(_ request: Request) -> Outcome {
        guard request.body.count > Self.large else { return begin(request) }
        return .later({
            switch self.begin(request) {
            case .ready(let answer): return answer
            case .later(let run, _): return await run()
            }
        })
    }

    private func begin(_ request: Request) -> Outcome {
        if let answer = repeated(request) { return .ready(answer) }
        var attempt = Attempt(request, house)
        do {
            switch try advance(&attempt) {
            case .done(let output):
                let answer = succeed(attempt, output)
                prepare(attempt)
                return .ready(answer)
            case .suspends(let run):
                let begun = attempt
                return .later({ await self.finish(begun, run) }, isBrief: isBrief(begun))
            }
        } catch let detour as Detour {
            let begun = attempt
            return .later({ await self.resume(begun, detour) }, isBrief: isBrief(begun))
        } catch {
            return .ready(fail(attempt, error))
        }
    }

    private func isBrief(_ attempt: Attempt) -> Bool { attempt.entry.map { catalog.entries[$0].isBrief } ?? false }

    /// Walks on from wherever the attempt stands. Each stage is passed once; only the last may start again after a detour.
    private func advance(_ attempt: inout Attempt) throws -> Entry.Step {
        if attempt.invocation == nil { try recognize(&attempt) }
        if attempt.call == nil { try authenticate(&attempt) }
        guard let call = attempt.call, let index = attempt.entry else { throw Fault.unknownOperation }
        let entry = catalog.entries[index]
        if !attempt.isAdmitted {
            guard house.admission.admit(entry.quota, in: call.place) else { throw Fault.throttled }
            attempt.isAdmitted = true
        }
        if attempt.fields == nil {
            guard let fields = try attempt.invocation?.read(entry.input) else { throw Fault.serialization }
            attempt.fields = fields
            let violations = entry.input.violations(in: fields)
            guard violations.isEmpty else { throw Fault.validation(violations) }
        }
        return try entry.perform(call, attempt.fields ?? Fields())
    }

    private func recognize(_ attempt: inout Attempt) throws {
        let envelope = try Envelope(attempt.request)
        attempt.envelope = envelope
        attempt.dialect = .presumed(envelope)
        let invocation = try Invocation.recognize(attempt.request, envelope, catalog.routes)
        attempt.dialect = invocation.dialect
        attempt.entry = invocation.route
        if invocation.target != nil {
            guard let index = catalog.find(invocation, scopedTo: nil) else { throw Fault.unknownOperation }
            attempt.entry = index
        }
        attempt.invocation = invocation
    }

    private func authenticate(_ attempt: inout Attempt) throws {
        guard let envelope = attempt.envelope, let invocation = attempt.invocation else { return }
        if envelope.authorization == nil, try welcome(&attempt, envelope, invocation) { return }
        do {
            let known = identity.known(envelope)
            let claim = try SignatureClaim.read(attempt.request, envelope, known: known?.terms)
            if attempt.entry == nil {
                attempt.entry = catalog.find(invocation, scopedTo: claim.service)
                guard attempt.entry != nil else {
                    throw Fault.invalidAction(invocation.operation, version: invocation.version)
                }
            }
            guard let index = attempt.entry else { return }
            let entry = catalog.entries[index]
            try claim.check(now: attempt.received, service: entry.api.name)
            guard house.regions.isEmpty || house.regions.contains(claim.region) || entry.api.isGlobal else {
                throw SignatureFlaw.invalidRegion
            }
            let caller = try identity.authenticate(
                claim, attempt.request, envelope, known, attempt.received, attempt.view)
            let scene = Scene(
                house: house,
                caller: caller,
                place: Place(account: caller.account, region: claim.region),
                received: attempt.received,
                userAgent: envelope.userAgent ?? [],
                peer: attempt.request.peer,
                host: envelope.host
            )
            attempt.call = Call(scene, requestID: attempt.requestID, view: attempt.view)
            noteUse(of: index, by: caller, claim, attempt.received)
        } catch let flaw as SignatureFlaw {
            throw flaw.fault(invocation.dialect.faultFamily)
        }
    }

    /// Attempts count, whatever becomes of them.
    func noteUse(of index: Int, by caller: Caller, _ claim: SignatureClaim, _ now: Timestamp) {
        let entry = catalog.entries[index]
        house.serviceUses.note(
            ServiceUse.Key(entityID: caller.entityID, entry: index),
            ServiceUse(
                time: now, region: claim.region, caller: caller, service: entry.api.name, action: entry.name))
    }

    /// Lets in an unsigned request whose operation asks for another proof; false for any other.
    private func welcome(
        _ attempt: inout Attempt, _ envelope: Envelope, _ invocation: Invocation
    ) throws -> Bool {
        guard let index = catalog.findOpen(invocation), !attempt.request.target.contains("X-Amz-") else {
            return false
        }
        attempt.entry = index
        let role = try invocation.read(catalog.entries[index].input).text("RoleArn").flatMap { ARN($0) }
        let account = role.flatMap { AccountID($0.account) } ?? .none
        let scene = Scene(
            house: house,
            caller: .visitor(account),
            place: Place(account: account, region: house.regions.min() ?? "us-east-1"),
            received: attempt.received,
            userAgent: envelope.userAgent ?? [],
            peer: attempt.request.peer,
            host: envelope.host
        )
        attempt.call = Call(scene, requestID: attempt.requestID, view: attempt.view)
        return true
    }

    /// Takes detours until the attempt needs none.
    private func resume(_ begun: Attempt, _ first: Detour) async -> Answer {
        var attempt = begun
        var detour = first
        do {
            while true {
                attempt.see(try await detour.bring(house))
                do {
                    switch try advance(&attempt) {
                    case .done(let output):
                        let answer = succeed(attempt, output)
                        prepare(attempt)
                        return answer
                    case .suspends(let run): return await finish(attempt, run)
                    }
                } catch let next as Detour { detour = next }
            }
        } catch {
            return fail(attempt, error)
        }
    }

    private func finish(_ begun: Attempt, _ run: @Sendable () async throws -> Fields) async -> Answer {
        do { return succeed(begun, try await run()) } catch let detour as Detour {
            // A write found itself short of a row: it has changed nothing yet and starts again.
            return await resume(begun, detour)
        } catch {
            return fail(begun, error)
        }
    }

    private func succeed(_ attempt: Attempt, _ output: Fields) -> Answer {
        house.figures.count(attempt.entry, code: nil, since: attempt.began, house.clock)
        return answer(attempt, reply(output, style: style(attempt), requestID: attempt.requestID.string))
    }

    private func fail(_ attempt: Attempt, _ error: any Error) -> Answer {
        let fault = fault(for: error, attempt)
        if let call = attempt.call, let index = attempt.entry {
            let entry = catalog.entries[index]
            call.note(
                Record.failure(entry.name, entry.api, entry.isReadOnly, call, entry.input, attempt.fields, fault)
            )
        }
        house.figures.count(attempt.entry, code: fault.code, since: attempt.began, house.clock)
        return answer(attempt, reply(fault, style: style(attempt), requestID: attempt.requestID.string))
    }

    private func answer(_ attempt: Attempt, _ reply: Reply) -> Answer {
        var ticket: Ticket?
        if let call = attempt.call, !call.isCommitted {
            let records = call.records
            if !records.isEmpty { ticket = house.trail.append(records, citing: call.cited) }
        }
        return Answer(
            requestID: attempt.requestID.string,
            reply: reply,
            ticket: ticket,
            unrecorded: Unrecorded.reply(style(attempt).dialect)
        )
    }

    private func style(_ attempt: Attempt) -> ReplyStyle {
        guard let index = attempt.entry else {
            return ReplyStyle(
                dialect: attempt.dialect,
                xmlNamespace: API.sts.xmlNamespace,
                operation: "",
                messageKey: "message"
            )
        }
        let entry = catalog.entries[index]
        var style = ReplyStyle(
            dialect: attempt.dialect,
            xmlNamespace: entry.api.xmlNamespace,
            operation: entry.name,
            messageKey: entry.api.messageKey,
            hasResult: entry.hasOutput
        )
        style.route = entry.route?.reply
        style.typesFaults = entry.api.name == API.lambda.name
        return style
    }

    /// Two voices: the caller gets a fault, the operator the reason.
    private func fault(for error: any Error, _ attempt: Attempt) -> Fault {
        switch error {
        case let fault as Fault: return fault
        case let error as StoreError:
            house.log.error("request \(attempt.requestID): \(error.operatorText)")
            return error.fault
        default:
            house.log.error("request \(attempt.requestID): unexpected \(type(of: error))")
            return .internalError
        }
    }
}

/// How far one request has come.
struct Attempt: Sendable {
    let request: Request
    let requestID: Text
    let received: Timestamp
    let began: UInt64
    var view: View
    var dialect = Dialect.json11
    var envelope: Envelope?
    var invocation: Invocation?
    var entry: Int?
    var call: Call?
    var isAdmitted = false
    var fields: Fields?

    init(_ request: Request, _ house: House) {
        self.request = request
        received = house.clock.now()
        requestID = RequestID(at: received, house.chance).text
        began = house.clock.monotonic()
        view = View(cache: house.store.cache)
    }

    mutating func see(_ found: View.Found) {
        view.add(found)
        call = call?.retried(with: view)
    }
}
