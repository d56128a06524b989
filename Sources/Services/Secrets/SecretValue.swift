internal import Bytes
internal import Seal
internal import Store
internal import Wire

/// A secret's plaintext on its way in or out, and which of the two members it travels in.
struct SecretValue: Sendable {
    let bytes: SecretBytes
    let isBinary: Bool

    /// `nil` if neither member was sent. An empty value counts as none.
    init?(_ fields: Fields) throws(Fault) {
        let (text, binary) = (fields.secret("SecretString"), fields.secret("SecretBinary"))
        guard text == nil || binary == nil else { throw .bothValues }
        guard let sent = text ?? binary, !sent.bytes.isEmpty else { return nil }
        // The model counts characters, the service bytes.
        guard sent.bytes.count <= 65_536 else {
            throw .validation([
                "Value at '\(text == nil ? "secretBinary" : "secretString")' failed to satisfy constraint: Member must have length less than or equal to 65536"
            ])
        }
        bytes = SecretBytes(sent.bytes)
        isBinary = text == nil
    }

    init(bytes: SecretBytes, isBinary: Bool) {
        self.bytes = bytes
        self.isBinary = isBinary
    }

    func add(to fields: inout Fields) {
        let sensitive = SensitiveBytes(bytes.revealBytes(), isText: !isBinary)
        fields.add(isBinary ? "SecretBinary" : "SecretString", .secret(sensitive))
    }

    static func == (a: SecretValue, b: SecretValue) -> Bool { a.isBinary == b.isBinary && a.bytes == b.bytes }

    static let shape: [ShapeMember] = [
        .optional("SecretString", Secrets.text, sensitive: true),
        .optional("SecretBinary", Secrets.binary, sensitive: true),
    ]
}

extension Secrets {
    /// The pairs that AWS binds a version's data key to.
    static func context(_ arn: Text, _ version: Text) -> EncryptionContext {
        EncryptionContext(sorted: [(key: "SecretARN", value: arn), (key: "SecretVersionId", value: version)])
    }

    static func valueBinding(_ place: Place, _ arn: Text, _ version: Text, isBinary: Bool) -> Binding {
        Binding("secret-value", [place.account.text, place.region, arn, version, isBinary ? "binary" : "string"])
    }

    /// What Secrets Manager's caller sees when KMS refuses to decrypt.
    static func readFault(_ fault: Fault) -> Fault {
        fault.code == "AccessDeniedException" ? .kmsDenied : .decryptionFailure
    }

    static func writeFault(_ fault: Fault) -> Fault {
        switch fault.code {
        case "AccessDeniedException": .kmsDenied
        case "NotFoundException":
            Fault("ResourceNotFoundException", "Secrets Manager can't find the KMS key: \(fault.message ?? "")")
        default: .encryptionFailure
        }
    }
}

extension Authorized {
    /// Opens a version's value with the first of its wrapped data keys that the caller may unwrap.
    func open(_ version: VersionState, of secret: SecretState) throws -> SecretValue {
        guard let sealed = version.row.sealed else { throw Fault.noValue(version: version.row.versionID) }
        let context = Secrets.context(secret.arn, version.row.versionID)
        var refusal = Fault.decryptionFailure
        for wrapped in version.wrapped {
            let unwrapped: Keys.Decrypt.Output
            do {
                unwrapped = try through(
                    Keys.Decrypt.self, Keys.Decrypt.Input(ciphertext: wrapped.blob, context: context))
            } catch let fault as Fault {
                refusal = Secrets.readFault(fault)
                continue
            }
            return try Secrets.unseal(sealed, unwrapped.plaintext, version, of: secret)
        }
        throw refusal
    }

    func openLoading(_ version: VersionState, of secret: SecretState) async throws -> SecretValue {
        guard let sealed = version.row.sealed else { throw Fault.noValue(version: version.row.versionID) }
        var refusal = Fault.decryptionFailure
        let context = Secrets.context(secret.arn, version.row.versionID)
        for wrapped in version.wrapped {
            let unwrapped: Keys.Decrypt.Output
            do {
                unwrapped = try await throughLoading(
                    Keys.Decrypt.self, Keys.Decrypt.Input(ciphertext: wrapped.blob, context: context)
                )
            } catch let fault as Fault {
                refusal = Secrets.readFault(fault)
                continue
            }
            return try Secrets.unseal(sealed, unwrapped.plaintext, version, of: secret)
        }
        throw refusal
    }

    /// A new version's row: a fresh data key from KMS, used once.
    func seal(
        _ value: SecretValue,
        of secret: SecretRow,
        version: Text,
        under kmsKeyID: Text?
    ) async throws -> VersionRow {
        let arn = Secrets.arn(secret.name, secret.suffix, in: secret.place)
        let request = Keys.DataKeyRequest(
            keyID: kmsKeyID ?? Keys.managedAlias,
            context: Secrets.context(arn, version)
        )
        let fresh: Keys.GenerateDataKey.Output
        do { fresh = try await throughLoading(Keys.GenerateDataKey.self, request) } catch let fault as Fault {
            throw Secrets.writeFault(fault)
        }
        let binding = Secrets.valueBinding(secret.place, arn, version, isBinary: value.isBinary)
        let key = kmsKeyID == nil ? Secrets.defaultKey : fresh.keyARN
        return VersionRow(
            place: secret.place,
            name: secret.name,
            versionID: version,
            created: now,
            accessed: nil,
            sealed: DataKey(fresh.plaintext).seal(value.bytes, boundTo: binding),
            body: VersionState.body(
                isBinary: value.isBinary,
                wrapped: [VersionState.Wrapped(key: key, blob: fresh.ciphertext)]
            )
        )
    }

    /// AWS proves a customer key usable before it is relied on: one data key made and unwrapped.
    func validate(_ kmsKeyID: Text?, for arn: Text) async throws {
        guard let kmsKeyID else { return }
        let context = Secrets.context(arn, "RequestToValidateKeyAccess")
        do {
            let made = try await throughLoading(
                Keys.GenerateDataKey.self, Keys.DataKeyRequest(keyID: kmsKeyID, context: context)
            )
            _ = try await throughLoading(
                Keys.Decrypt.self, Keys.Decrypt.Input(ciphertext: made.ciphertext, context: context)
            )
        } catch let fault as Fault {
            throw Secrets.writeFault(fault)
        }
    }
}

extension Secrets {
    static func unseal(
        _ sealed: Sealed,
        _ dataKey: SecretBytes,
        _ version: VersionState,
        of secret: SecretState
    ) throws -> SecretValue {
        let binding = valueBinding(secret.row.place, secret.arn, version.row.versionID, isBinary: version.isBinary)
        do {
            return SecretValue(
                bytes: try DataKey(dataKey).open(sealed, boundTo: binding),
                isBinary: version.isBinary
            )
        } catch {
            throw StoreError.tampered("version \(version.row.versionID) of \(secret.arn)")
        }
    }
}
