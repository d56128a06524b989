internal import Bytes
internal import Store
internal import Wire

extension Secrets {
    /// What PutSecretValue and UpdateSecret do with a value.
    enum NewVersion {
        case made(stages: [Text])
        /// The token's version exists with the same content: nothing to do.
        case repeated(stages: [Text])
    }

    /// A version that appeared under the token while this call was sealing its own.
    struct TokenTaken: Error {}

    /// Deletes what nobody can be using any more: unlabelled versions beyond the hundredth, older than a day, oldest first.
    ///
    /// - Returns: ids of the collected versions.
    static func collect(
        _ draft: SecretDraft,
        _ limits: Limits,
        at now: Timestamp,
        _ transaction: borrowing Transaction
    ) throws -> [Text] {
        // Nearly every secret has few versions: they are counted before they are read.
        guard try transaction.versionCount(draft.row.place, draft.row.name) > limits.versionsKept else { return [] }
        let versions = try transaction.versions(draft.row.place, draft.row.name)
        var surplus = versions.count - limits.versionsKept
        var collected: [Text] = []
        for version in versions where surplus > 0 {
            let isYoung = now.milliseconds - version.created.milliseconds < 86_400_000
            guard !isYoung, draft.labels.labels(of: version.versionID).isEmpty else { continue }
            _ = try transaction.deleteVersion(draft.row.place, draft.row.name, version.versionID)
            collected.append(version.versionID)
            surplus -= 1
        }
        guard versions.count - collected.count <= limits.versionsHard else {
            throw Fault.limitExceeded("You've reached the quota for secret versions.")
        }
        return collected
    }

    static func versionEvents(
        _ name: Text,
        _ versions: [Text],
        _ row: SecretRow,
        _ house: House,
        at now: Timestamp
    ) -> [[UInt8]] {
        let arn = arn(row.name, row.suffix, in: row.place)
        return versions.map { version in
            Record.serviceEvent(
                name,
                .secretsManager,
                place: row.place,
                at: now,
                requestID: "\(name)-\(arn)-\(version)",
                eventID: house.chance.uuid(),
                details: ["SecretId": .string(arn), "SecretVersionId": .string(version)]
            )
        }
    }
}

extension Authorized where Op.Subject == Secrets.Subject {
    /// The version that the token already names, compared with `value`. Throws the fault for different content.
    func existing(_ token: Text, _ value: SecretValue) async throws -> Bool {
        let secret = try subject.require()
        let place = secret.row.place
        guard let row = try await house.store.read({ try $0.version(place, secret.name, token) }) else { return false }
        let version = try VersionState(row)
        guard version.row.sealed != nil else { return false }
        guard try await openLoading(version, of: secret) == value else {
            throw Fault.tokenInUse(token, secret.arn)
        }
        return true
    }

    /// Adds a sealed version under `stages` to the secret being changed.
    func add(
        _ version: VersionRow,
        stages: [Text],
        to draft: inout SecretDraft,
        _ transaction: borrowing Transaction
    ) throws {
        if var reserved = try transaction.version(version.place, version.name, version.versionID) {
            // A rotation reserved this version for the value that now arrives.
            guard reserved.sealed == nil else { throw Secrets.TokenTaken() }
            (reserved.sealed, reserved.body) = (version.sealed, version.body)
            _ = try transaction.update(reserved)
        } else {
            guard try transaction.insert(version) else { throw Secrets.TokenTaken() }
        }
        draft.labels.attach(stages, toNew: version.versionID)
        guard draft.labels.count <= house.limits.labelsPerSecret else {
            throw Fault.limitExceeded("A secret can't have more than \(house.limits.labelsPerSecret) staging labels.")
        }
        let collected = try Secrets.collect(draft, house.limits, at: now, transaction)
        for record in Secrets.versionEvents("SecretVersionDeletion", collected, draft.row, house, at: now) {
            try transaction.appendRecord(node: house.node, record)
        }
    }

    func requireReachableKey(_ kmsKeyID: Text?) throws(Fault) {
        guard kmsKeyID == nil, subject.reference.place.account != call.caller.account else { return }
        throw .foreignDefaultKey
    }
}
