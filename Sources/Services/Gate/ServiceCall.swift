internal import Bytes
internal import Store
internal import Wire

/// A call that a service makes on its own: nobody signed it, all the rest is as for any other call: decided, carried out,
/// recorded before its answer counts.
struct ServiceCall: Sendable {
    let house: House
    let caller: Caller
    let place: Place

    func read<Op: ReadOperation>(_: Op.Type, _ fields: Fields) async throws -> Op.Output {
        try await make(Op.self, fields) { authorized in
            let output = try Op.answer(authorized)
            note(authorized, output, fields)
            return output
        }
    }

    func write<Op: WriteOperation>(_: Op.Type, _ fields: Fields) async throws -> Op.Output {
        try await make(Op.self, fields) { authorized in
            let output = try await Op.run(authorized)
            if !authorized.call.isCommitted { note(authorized, output, fields) }
            return output
        }
    }

    private func note<Op: Operation>(_ authorized: Authorized<Op>, _ output: Op.Output, _ fields: Fields) {
        let call = authorized.call
        let (resources, additional) = (
            Op.resources(authorized.subject), Op.additionalEventData(authorized.subject)
        )
        let records = Record.success(Op.self, call, fields, resources, additional: additional, Op.encode(output))
        for record in records { call.note(record) }
    }

    private func make<Op: Operation>(
        _: Op.Type, _ fields: Fields, _ body: (Authorized<Op>) async throws -> Op.Output
    ) async throws -> Op.Output {
        let now = house.clock.now()
        let host = Array(Mandate.host.utf8)[...]
        let scene = Scene(
            house: house, caller: caller, place: place, received: now, userAgent: host,
            peer: Peer(address: Mandate.host), host: [])
        let requestID = RequestID(at: now, house.chance).text
        var view = View(cache: house.store.cache)
        while true {
            let call = Call(scene, requestID: requestID, view: view)
            do {
                let output = try await body(try authorize(Op.self, try Op.decode(fields), fields, call))
                try await record(call)
                return output
            } catch let detour as Detour {
                view.add(try await detour.bring(house))
            } catch let fault as Fault {
                call.note(Record.failure(Op.name, Op.api, Op.isReadOnly, call, Op.input, fields, fault))
                try await record(call)
                throw fault
            }
        }
    }

    /// Nothing counts that was not recorded.
    private func record(_ call: Call) async throws {
        guard !call.isCommitted, !call.records.isEmpty else { return }
        let ticket = house.trail.append(call.records, citing: call.cited)
        guard await house.trail.settle(ticket) == .durable else { throw Fault.internalError }
    }
}
