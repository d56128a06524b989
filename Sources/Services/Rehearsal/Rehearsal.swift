internal import Bytes
internal import Policy
internal import Seal
internal import Store
internal import Wire

/// What a rehearsal does with the store: a copy of the secret that nobody but the function sees, for as long as it lasts.
struct Rehearsal: Sendable {
    let house: House
    let place: Place
    /// The secret that is rehearsed, as it was when it began.
    let secret: SecretDraft
    let run: RehearsalDuty.Run
    private let mandate: Mandate

    init(_ secret: SecretDraft, _ run: RehearsalDuty.Run, _ house: House) throws {
        (self.house, self.secret, self.run, place) = (house, secret, run, secret.row.place)
        mandate = try Mandate(
            rehearsing: secret.arn, as: Secrets.arn(run.shadow, "??????", in: secret.row.place),
            account: secret.row.place.account)
    }

    private var service: ServiceCall { ServiceCall(house: house, caller: .service(mandate), place: place) }
    /// The real secret's, to read.
    private var vault: ServiceVault { ServiceVault(secret.arn, token: run.id, mandate, in: place, house) }

    func script() async throws -> (RehearsalScript, SecretValue) {
        let value = try await service.read(Secrets.GetSecretValue.self, ["SecretId": .string(secret.arn)]).value
        return (try RehearsalScript(value.bytes, run.function, run.options, in: place, house), value)
    }

    /// Makes the copy, and the user for it.
    func prepare() async throws -> StepCall {
        let (script, value) = try await script()
        switch script {
        case .copy: return try await copy(value)
        case .lent(let lender):
            let lent = try await vault.value(of: lender)
            return try await copy(SecretValue(bytes: lent, isBinary: false))
        case .cast(let stage, let admin):
            let password = try await vault.password(PasswordRules())
            let cast = try stage.cast(value.bytes, as: run.user, password)
            let call = try await copy(SecretValue(bytes: cast, isBinary: value.isBinary))
            try await stage.raise(cast, like: value.bytes, try await self.value(of: admin))
            return call
        }
    }

    private func value(of admin: Text?) async throws -> SecretBytes? {
        guard let admin else { return nil }
        return try await vault.value(of: admin)
    }

    private func copy(_ value: SecretValue) async throws -> StepCall {
        var request: Fields = [
            "Name": .string(run.shadow), "ClientRequestToken": .string(house.chance.uuid()),
            "Description": .string("A rehearsal of the rotation of \(secret.arn). It goes when that is over."),
        ]
        request.add("KmsKeyId", secret.kmsKeyID)
        value.add(to: &request)
        if let tags = secret.tags, !tags.isEmpty {
            let copied = tags.map { Document.structure(["Key": .string($0.key), "Value": .string($0.value)]) }
            request.add("Tags", .list(copied))
        }
        let made = try await service.write(Secrets.CreateSecret.self, request)
        let role = try await house.functions.role(of: run.function, house)
        let (house, run, place, secret) = (house, run, place, secret)
        let now = house.clock.now()
        try await house.store.write { transaction in
            guard let row = try transaction.secret(place, run.shadow) else { throw StoreError.conflict }
            var draft = try SecretDraft(row)
            draft.rotation = RotationSetting(function: run.function, rules: nil, at: now)
            draft.policy = try Self.policy(for: role, in: transaction)
            try Rotation.reserve(run.id, &draft, at: now, transaction)
            _ = try transaction.update(draft.encoded, from: row)
            try Rotation.record("RehearsalStarted", secret, run.id, at: now, house, transaction)
        }
        return StepCall(
            run.function, made.identity.arn, token: run.id, rotationToken: house.chance.uuid(), mandate: mandate,
            in: place, house)
    }

    /// The function and the service alone: the copy may hold what the secret's own policy guards.
    private static func policy(for role: Text?, in transaction: borrowing Transaction) throws -> WrittenPolicy {
        var others: Fields = ["Bool": .structure(["aws:PrincipalIsAWSService": "false"])]
        var statements: [Document] = []
        if let role {
            others.add("ArnNotEquals", .structure(["aws:PrincipalArn": .string(role)]))
            statements.append(
                .structure([
                    "Effect": "Allow", "Principal": .structure(["AWS": .string(role)]), "Resource": "*",
                    "Action": .list([
                        "secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue",
                        "secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage",
                    ]),
                ]))
        }
        statements.append(
            .structure([
                "Effect": "Deny", "Principal": "*", "Resource": "*", "Condition": .structure(others),
                "Action": .list([
                    "secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue", "secretsmanager:RotateSecret",
                    "secretsmanager:PutResourcePolicy", "secretsmanager:DeleteResourcePolicy",
                    "secretsmanager:UpdateSecret", "secretsmanager:UpdateSecretVersionStage",
                ]),
            ]))
        let policy: Fields = ["Version": "2012-10-17", "Statement": .list(statements)]
        let text = Text(decoding: policy.json[...])
        return try Secrets.written(text, try Secrets.parsePolicy(text), in: transaction)
    }

    /// Whether the copy's new version is the current one. A native rotator leaves moving the label to the engine.
    func isCurrent(moving: Bool) async throws -> Bool {
        let (run, place) = (run, place)
        return try await house.store.write { transaction in
            guard let row = try transaction.secret(place, run.shadow) else { return false }
            var draft = try SecretDraft(row)
            if moving, draft.labels[Secrets.pending] == run.id { draft.labels.move(Secrets.current, to: run.id) }
            _ = try transaction.update(draft.encoded, from: row)
            return draft.labels[Secrets.current] == run.id
        }
    }

    /// Takes away what it made, as far as it is there.
    func cleanUp() async throws {
        do {
            if case (.cast(let stage, let admin), let value) = try await script() {
                try await stage.strike(run.user, of: value.bytes, try await self.value(of: admin))
            }
        } catch let failure as RotationFailure where failure.kind == RehearsalScript.notRehearsable {
            // The value has been replaced meanwhile: nothing leads to the user any more, and trying on would keep the copy.
            guard try await removeCopy() else { return }
            house.log.warning(
                "the value of the secret \(secret.row.name) was replaced by one that is no login while it was rehearsed: if the server that it was for has a user \(run.user), drop it"
            )
        }
        try await removeCopy()
    }

    /// False if there is none.
    @discardableResult
    private func removeCopy() async throws -> Bool {
        let (run, place, house) = (run, place, house)
        return try await house.store.write { transaction in
            guard let row = try transaction.secret(place, run.shadow) else { return false }
            try Secrets.purge(row, house, at: house.clock.now(), transaction)
            return true
        }
    }
}
