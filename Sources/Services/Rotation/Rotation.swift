internal import Bytes
internal import Store
internal import Wire

/// Rotation: what changes in a secret's rows, always in one transaction with the records of it.
enum Rotation {
    /// Reserves the version and hands the secret to the engine.
    static func begin(
        _ kind: RotationRun.Kind, token: Text, _ draft: inout SecretDraft, _ duty: inout RotationDuty,
        at now: Timestamp, _ house: House, _ transaction: borrowing Transaction
    ) throws {
        try reserve(token, &draft, at: now, transaction)
        duty.run = RotationRun(kind: kind, token: token, rotationToken: house.chance.uuid(), began: now)
        (duty.holder, duty.item.due, duty.item.link) = (nil, now, draft.rotation?.function)
        try duty.save(transaction)
        try record(kind == .test ? "TestRotationStarted" : "RotationStarted", draft, token, at: now, house, transaction)
    }

    /// A version with AWSPENDING and no value.
    static func reserve(
        _ token: Text, _ draft: inout SecretDraft, at now: Timestamp, _ transaction: borrowing Transaction
    ) throws {
        let empty = VersionRow(
            place: draft.row.place, name: draft.row.name, versionID: token, created: now, sealed: nil,
            body: VersionState.body(isBinary: false, wrapped: []))
        guard try transaction.insert(empty) else { throw Fault.tokenInUse(token, draft.arn) }
        draft.versions?.count += 1
        draft.labels.move(Secrets.pending, to: token)
    }

    /// AWSCURRENT has moved. Unless the rotation under way did it, that rotation is over, and the schedule counts from now.
    static func follow(
        _ draft: inout SecretDraft, from old: StagingLabels, at now: Timestamp, _ house: House,
        _ transaction: borrowing Transaction
    ) throws {
        guard let version = draft.labels[Secrets.current], version != old[Secrets.current],
            draft.rotation?.isEnabled == true
        else { return }
        var duty = try RotationDuty(of: draft.row, transaction)
        guard duty.run?.token != version else { return }
        if let run = duty.run { try abandon(run, &draft, at: now, house, transaction) }
        draft.rotation?.restart(at: now)
        (duty.run, duty.holder) = (nil, nil)
        duty.item.due = due(draft)
        try duty.save(transaction)
    }

    /// After a planned deletion was called off: the engine looks after the secret again.
    static func resume(_ draft: SecretDraft, at now: Timestamp, _ transaction: borrowing Transaction) throws {
        guard draft.rotation?.isEnabled == true else { return }
        var duty = try RotationDuty(of: draft.row, transaction)
        duty.item.due = duty.run == nil ? due(draft) : now
        try duty.save(transaction)
    }

    /// Whose value a reserved version gets: `nil` for the service's own and for whoever has the rotation's token.
    static func writer(
        of version: VersionRow, _ rotationToken: Text?, _ caller: Caller, _ draft: SecretDraft,
        _ transaction: borrowing Transaction
    ) throws -> Text? {
        guard caller.mandate == nil else { return nil }
        let run = try RotationDuty(of: draft.row, transaction).run
        guard let run, run.token == version.versionID, run.rotationToken != rotationToken else { return nil }
        return caller.entityARN
    }

    static func abandon(
        _ run: RotationRun, _ draft: inout SecretDraft, at now: Timestamp, _ house: House,
        _ transaction: borrowing Transaction
    ) throws {
        if draft.labels[Secrets.pending] == run.token { draft.labels.remove(Secrets.pending) }
        try record("RotationAbandoned", draft, run.token, at: now, house, transaction)
    }

    /// When the schedule wants the secret rotated: somewhere in its window, always at the same place for the same secret.
    static func due(_ draft: SecretDraft) -> Timestamp? {
        guard let setting = draft.rotation, setting.isEnabled, let rules = setting.rules, let next = setting.next else {
            return nil
        }
        return rules.instant(in: next, spread: spread(draft.arn))
    }

    /// FNV-1a: the same on every node and after every start.
    static func spread(_ arn: Text) -> UInt64 {
        arn.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
    }

    static func record(
        _ event: Text, _ draft: SecretDraft, _ token: Text, at now: Timestamp, _ house: House,
        error: Text? = nil, details: Fields = Fields(), _ transaction: borrowing Transaction
    ) throws {
        let about: Fields = ["SecretId": .string(draft.arn)]
        let (id, place) = (house.chance.uuid(), draft.row.place)
        let record = Record.serviceEvent(
            event, .secretsManager, place: place, at: now, requestID: "Rotation-\(draft.arn)-\(token)", eventID: id,
            errorMessage: error, details: Fields(about.members + details.members))
        transaction.appendRecord(node: house.node, record)
        guard house.announce != nil else { return }
        _ = try transaction.insert(Announcement(record, .secretsManager, id: id, in: place, at: now).item)
    }

    /// The built-in function of that ARN, which exists in every account and Region.
    static func native(_ function: Text, in place: Place, _ house: House) -> (any NativeRotator)? {
        guard let arn = ARN(function), arn.service == "lambda", arn.region == place.region,
            arn.account == place.account.text, let name = arn.resource.dropping("function:")
        else { return nil }
        return house.rotators.first { $0.name == name }
    }

    static func mayInvoke(_ function: Text, for arn: Text, in place: Place, _ house: House) async throws -> Bool {
        if native(function, in: place, house) != nil { return true }
        return try await house.functions.mayInvoke(function, for: arn, account: place.account, house)
    }
}
