internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Secrets {
    /// The secret that a call is about, looked up but not yet admitted to exist.
    struct Subject: Sendable {
        let reference: SecretReference
        let state: SecretState?
        /// The role that the call passes to Secrets Manager.
        var role: PassedRole?

        /// The secret, if there is one and it is not scheduled for deletion.
        func require() throws(Fault) -> SecretState {
            let state = try requireAny()
            try state.requireNotDeleted()
            return state
        }

        /// The secret, scheduled for deletion or not.
        func requireAny() throws(Fault) -> SecretState {
            guard let state else { throw .noSecret }
            return state
        }

        /// Policies are matched against the full ARN; where there is no secret, against the one its name would have.
        var arn: Text {
            if let state { return state.arn }
            return Secrets.arn(reference.name, reference.suffix ?? "??????", in: reference.place)
        }
    }

    static func find(_ id: Text, _ call: Call) throws -> Subject {
        let reference = try SecretReference(id, from: call.place)
        // A secret lives in one region: an ARN of another one names nothing here.
        guard reference.place.region == call.place.region else { return Subject(reference: reference, state: nil) }
        let state = try call.view.secret(reference.name, in: reference.place)
        if let suffix = reference.suffix, let state, state.row.suffix != suffix {
            return Subject(reference: reference, state: nil)
        }
        // A name or a partial ARN never reaches into another account.
        if reference.isARN, reference.suffix == nil, reference.place.account != call.place.account {
            return Subject(reference: reference, state: nil)
        }
        return Subject(reference: reference, state: state)
    }

    /// The question of an operation on one secret, with the condition keys that all of them have.
    static func question(_ action: Text, _ subject: Subject, _ call: Call) -> Question {
        let arn = subject.arn
        let keys = ContextKeys { name in conditionKey(name, arn, subject.state, call) }
        var question = Question(
            action: action,
            resource: arn,
            shown: subject.reference.sent,
            owner: subject.reference.place.account,
            resourcePolicy: subject.state?.policy,
            keys: keys
        )
        question.memory = subject.state?.memory
        return question
    }

    /// The keys that all operations on one secret have, computed only if a policy asks. `name` is in lower case.
    private static func conditionKey(_ name: Text, _ arn: Text, _ state: SecretState?, _ call: Call)
        -> ContextKeys.Value?
    {
        if name == "secretsmanager:secretid" { return .one(arn) }
        if name == "secretsmanager:resource/allowrotationlambdaarn" {
            return state?.draft.rotation.map { .one($0.function) }
        }
        if name == "secretsmanager:resource/type" { return state?.draft.type.map { .one($0) } }
        return state?.draft.tags?.condition(name, "aws:resourcetag/", "secretsmanager:resourcetag/")
            ?? call.globalKey(name)
    }

    /// For the three actions that have no resource.
    static func unboundQuestion(_ action: Text, _ call: Call) -> Question {
        Question(action: action, resource: "*", shown: nil, owner: call.place.account, keys: call.conditionKeys)
    }
}

extension Authorized where Op.Subject == Secrets.Subject {
    /// Lets `body` change the secret inside the transaction, and writes it back.
    ///
    /// The subject may be as old as the caches allow. It is taken for the newest at first: the write fails where it is not, as
    /// it names the revision that it replaces. Then the row is read, and what it says decides.
    func changeSecret(
        allowingDeleted: Bool = false,
        touchesChanged: Bool = true,
        _ body: @escaping @Sendable (inout SecretDraft, borrowing Transaction) throws -> Op.Output
    ) async throws -> Op.Output {
        let known = try subject.requireAny()
        let change: @Sendable (SecretDraft, borrowing Transaction) throws -> Op.Output = {
            [now, house] before, transaction in
            if before.row.deleteAfter != nil, !allowingDeleted { throw Fault.markedForDeletion }
            var draft = before
            let output = try body(&draft, transaction)
            if draft.rotation != nil { try Rotation.follow(&draft, from: before.labels, at: now, house, transaction) }
            if touchesChanged { draft.row.changed = now }
            draft.row.body = draft.body
            draft.row.rev = try transaction.update(draft.row, from: before.row)
            let state = try SecretState(draft, like: known)
            transaction.keep(.secret(draft.row.place, draft.row.name), state, cost: state.cost)
            return output
        }
        do {
            return try await commit { transaction in try change(known.draft, transaction) }
        } catch StoreError.conflict {
        } catch let error as StoreError {
            throw error
        } catch {
            // What was refused on the strength of an old row may be allowed on that of the newest.
        }
        return try await commit { transaction in
            guard let row = try transaction.secret(known.row.place, known.name), row.suffix == known.row.suffix else {
                throw Fault.noSecret
            }
            return try change(try SecretDraft(row), transaction)
        }
    }
}
