internal import Bytes
internal import Seal
internal import Wire

/// One secret as its rotation sees it: calls of Secrets Manager itself, through the gate.
struct ServiceVault: RotationVault {
    private let arn: Text
    private let token: Text
    private let service: ServiceCall
    private let sourceARN: Text

    init(_ arn: Text, token: Text, _ mandate: Mandate, in place: Place, _ house: House) {
        self.arn = arn
        self.token = token
        sourceARN = mandate.secretARN
        service = ServiceCall(house: house, caller: .service(mandate), place: place)
    }

    func value(stage: Text) async throws(RotationFailure) -> SecretBytes? {
        var request: Fields = ["SecretId": .string(arn), "VersionStage": .string(stage)]
        if stage == Secrets.pending { request.add("VersionId", token) }
        do {
            return try await service.read(Secrets.GetSecretValue.self, request).value.bytes
        } catch let fault as Fault where fault.code == "ResourceNotFoundException" {
            return nil
        } catch {
            throw RotationFailure(error)
        }
    }

    func value(of secretID: Text) async throws(RotationFailure) -> SecretBytes {
        do {
            return try await service.read(Secrets.GetSecretValue.self, ["SecretId": .string(secretID)]).value.bytes
        } catch let fault as Fault where fault.code == "AccessDeniedException" {
            throw RotationFailure(
                "AccessDeniedException",
                "The rotation of \(sourceARN) may not read \(secretID). Its resource policy must allow secretsmanager:GetSecretValue to the service secretsmanager.amazonaws.com, best with the condition ArnEquals aws:SourceArn \(sourceARN)."
            )
        } catch {
            throw RotationFailure(error)
        }
    }

    func put(_ value: SecretBytes) async throws(RotationFailure) { try await put(value, isBinary: false) }

    func password(_ rules: Services.PasswordRules) async throws(RotationFailure) -> SecretBytes {
        let request: Fields = [
            "PasswordLength": .integer(Int64(rules.length)), "ExcludeCharacters": .string(rules.excluded),
            "ExcludeNumbers": .bool(rules.excludesNumbers), "ExcludePunctuation": .bool(rules.excludesPunctuation),
            "ExcludeUppercase": .bool(rules.excludesUppercase), "ExcludeLowercase": .bool(rules.excludesLowercase),
            "RequireEachIncludedType": .bool(rules.requiresEachType),
        ]
        do {
            var password = try await service.read(Secrets.GetRandomPassword.self, request)
            return SecretBytes(taking: &password)
        } catch {
            throw RotationFailure(error)
        }
    }

    func tag(_ name: Text) async throws(RotationFailure) -> Text? {
        do {
            let secret = try await service.read(Secrets.DescribeSecret.self, ["SecretId": .string(arn)])
            return secret.draft.tags?.first { $0.key == name }?.value
        } catch {
            throw RotationFailure(error)
        }
    }

    /// Gives the reserved version of a test the current value.
    func copyCurrent() async throws {
        let current = try await service.read(Secrets.GetSecretValue.self, ["SecretId": .string(arn)]).value
        try await put(current.bytes, isBinary: current.isBinary)
    }

    private func put(_ value: SecretBytes, isBinary: Bool) async throws(RotationFailure) {
        let request: Fields = [
            "SecretId": .string(arn), "ClientRequestToken": .string(token),
            isBinary ? "SecretBinary" : "SecretString": .secret(
                SensitiveBytes(value.revealBytes(), isText: !isBinary)),
            "VersionStages": .list([.string(Secrets.pending)]),
        ]
        do { _ = try await service.write(Secrets.PutSecretValue.self, request) } catch { throw RotationFailure(error) }
    }
}
