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

    private static let youth: Int64 = 86_400_000

    /// Deletes what nobody can be using any more: unlabelled versions beyond the hundredth, older than a day, oldest first.
    ///
    /// A version that loses its last label between two looks at all of them waits for the next look, a day at most.
    ///
    /// - Returns: ids of the collected versions.
    static func collect(
        _ draft: inout SecretDraft,
        _ limits: Limits,
        at now: Timestamp,
        _ transaction: borrowing Transaction
    ) throws -> [Text] {
        guard var tally = draft.versions, tally.count > limits.versionsKept else { return [] }
        var collected: [Text] = []
        if tally.collectable <= now {
            let (place, name) = (draft.row.place, draft.row.name)
            let ages = try transaction.versionAges(place, name).filter { draft.labels.labels(of: $0.id).isEmpty }
            tally.collectable = now + youth
            for (id, created) in ages {
                guard tally.count > limits.versionsKept, created + youth <= now else {
                    tally.collectable = created + youth
                    break
                }
                _ = try transaction.deleteVersion(place, name, id)
                collected.append(id)
                tally.count -= 1
            }
        }
        guard tally.count <= limits.versionsHard else {
            throw Fault.limitExceeded("You've reached the quota for secret versions.")
        }
        draft.versions = tally
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
        _ transaction: borrowing Transaction,
        rotationToken: Text? = nil
    ) throws {
        if try transaction.insert(version) {
            if draft.versions != nil {
                draft.versions?.count += 1
            } else {
                let count = try transaction.versionCount(version.place, version.name)
                draft.versions = VersionTally(count: count, collectable: Timestamp(milliseconds: 0))
            }
        } else {
            // A rotation may have reserved this version for the value that now arrives.
            guard var reserved = try transaction.version(version.place, version.name, version.versionID),
                reserved.sealed == nil
            else { throw Secrets.TokenTaken() }
            let writer = try Rotation.writer(of: version, rotationToken, call.caller, draft, transaction)
            (reserved.sealed, reserved.body) = (version.sealed, try VersionState.body(version.body, writer: writer))
            _ = try transaction.update(reserved)
        }
        draft.labels.attach(stages, toNew: version.versionID)
        guard draft.labels.count <= house.limits.labelsPerSecret else {
            throw Fault.limitExceeded("A secret can't have more than \(house.limits.labelsPerSecret) staging labels.")
        }
        let collected = try Secrets.collect(&draft, house.limits, at: now, transaction)
        for record in Secrets.versionEvents("SecretVersionDeletion", collected, draft.row, house, at: now) {
            transaction.appendRecord(node: house.node, record)
        }
    }

    func requireReachableKey(_ kmsKeyID: Text?) throws(Fault) {
        guard kmsKeyID == nil, subject.reference.place.account != call.caller.account else { return }
        throw .foreignDefaultKey
    }
}
