package import Bytes
internal import Policy
package import Store
internal import Wire

/// Proof that the caller may do `Op` with `input`. Only the gate can make one.
package struct Authorized<Op: Operation>: Sendable {
    package let call: Call
    package let input: Op.Input
    package let subject: Op.Subject
    /// As the trail records them.
    let parameters: Fields

    fileprivate init(call: Call, input: Op.Input, subject: Op.Subject, parameters: Fields) {
        self.call = call
        self.input = input
        self.subject = subject
        self.parameters = parameters
    }

    package var house: House { call.house }
    package var place: Place { call.place }
    package var now: Timestamp { call.received }

    /// Another service's operation as the same caller: same check, same record, `kms:ViaService` and its kin set.
    package func through<Other: NestedOperation>(_ other: Other.Type, _ input: Other.Input) throws -> Other.Output {
        try through(other, input, call.forwarded(by: Op.api, view: call.view))
    }

    /// As ``through(_:_:)``, for callers that may suspend: detours are taken here.
    package func throughLoading<Other: NestedOperation>(
        _ other: Other.Type,
        _ input: Other.Input
    ) async throws -> Other.Output {
        var view = call.view
        while true {
            do { return try through(other, input, call.forwarded(by: Op.api, view: view)) } catch let detour as Detour {
                view.add(try await detour.bring(house))
            }
        }
    }

    /// An operation that the caller's request stands for many times over, as if each had been sent by itself.
    package func repeating<Other: NestedOperation>(
        _ other: Other.Type,
        _ input: Other.Input
    ) async throws -> Other.Output {
        var view = call.view
        while true {
            do { return try through(other, input, call.repeated(view: view)) } catch let detour as Detour {
                view.add(try await detour.bring(house))
            }
        }
    }

    /// The right to do another service's operation, without doing it: for a ``Prepared`` answer that does it each time.
    package func foresee<Other: NestedOperation>(_: Other.Type, _ input: Other.Input) throws -> Authorized<Other> {
        try authorize(Other.self, input, [:], call.forwarded(by: Op.api, view: call.view))
    }

    private func through<Other: NestedOperation>(
        _: Other.Type,
        _ input: Other.Input,
        _ nested: Call
    ) throws -> Other.Output {
        var subject: Other.Subject?
        do {
            let authorized = try authorize(Other.self, input, [:], nested)
            subject = authorized.subject
            let output = try Other.answer(authorized)
            let parameters = Other.parameters(input, subject)
            let resources = Other.resources(authorized.subject)
            let records = Record.success(Other.self, nested, parameters, resources, Other.encode(output))
            for record in records { nested.note(record) }
            nested.noteUse(Other.self, of: resources, records[0])
            return output
        } catch let fault as Fault {
            let parameters = Other.parameters(input, subject)
            nested.note(Record.failure(Other.name, Other.api, Other.isReadOnly, nested, Other.input, parameters, fault))
            throw fault
        }
    }

    /// The one way to write: the change and the records of the whole call are one transaction.
    package func commit(
        _ body: @escaping @Sendable (borrowing Transaction) throws -> Op.Output
    ) async throws -> Op.Output {
        let (call, parameters, resources) = (call, parameters, Op.resources(subject))
        let additional = Op.additionalEventData(subject)
        house.trail.cite(call.cited)
        let output = try await house.store.write { transaction in
            let output = try body(transaction)
            let own = Record.success(Op.self, call, parameters, resources, additional: additional, Op.encode(output))
            for record in call.records + own { transaction.appendRecord(node: call.house.node, record) }
            return output
        }
        call.markCommitted()
        return output
    }
}

/// Finds the subject and asks `Policy`. Throws `AccessDeniedException`, ``Detour``, or what finding throws.
func authorize<Op: Operation>(
    _: Op.Type,
    _ input: Op.Input,
    _ parameters: Fields,
    _ call: Call
) throws -> Authorized<Op> {
    if let fault = call.caller.refusal(of: Op.name, Op.api) { throw fault }
    let subject = try Op.find(input, call)
    let questions = Op.asks(input, subject, call)
    let all = questions.span
    for index in all.indices {
        if let memory = all[index].memory, let known = memory.finding(all[index].action, call.caller) {
            call.note(known)
        } else {
            try authorize(questions[index], Op.api, call)
        }
    }
    return Authorized(call: call, input: input, subject: subject, parameters: parameters)
}

extension Call {
    /// Whether nobody has a say but the caller's account.
    fileprivate func isOwn(_ question: Question) -> Bool {
        question.owner == place.account && question.owner == caller.account && caller.mandate == nil
    }
}

private func authorize(_ question: Question, _ api: API, _ call: Call) throws {
    call.note(owner: question.owner)
    let (ask, layers) = try terms(question, call)
    var decision = decide(ask, layers)
    if decision.isContextual { call.markContextual() }
    // A policy asked for a key whose value is in a row that is not at hand: it is asked again with the row.
    if let detour = call.takeWanted() { throw detour }
    let isLasting = decision.isAllowed && !decision.isConditional && call.isOwn(question)
    if !decision.isAllowed, let granted = try judgeByGrant(question, decision, call) { decision = granted }
    if !decision.isAllowed, let mandated = try judgeByMandate(question, decision, call) { decision = mandated }
    let finding = Finding(question, decision, ask, layers, call)
    call.note(finding)
    guard decision.isAllowed else { throw question.refusal ?? Fault.denied(decision, question, call.caller, api) }
    if isLasting { question.memory?.keep(finding, question.action, call.caller) }
}
