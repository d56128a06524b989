internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Secrets {
    enum UpdateSecret: WriteOperation {
        struct Input: Sendable {
            let secretID: Text
            let token: Text?
            let description: Text?
            /// As sent: an empty text makes it an ordinary secret again.
            let type: Text?
            /// As sent: an empty text means "back to the default key".
            let kmsKeyID: Text?
            let value: SecretValue?
        }
        struct Output: Sendable {
            let identity: SecretIdentity
            let versionID: Text?
        }

        static let name: Text = "UpdateSecret"
        static let api = API.secretsManager
        static let quota = putQuota
        static let input = Structure(
            [
                .required("SecretId", Secrets.secretID), .optional("ClientRequestToken", token),
                .optional("Description", .string(0...2048)), .optional("KmsKeyId", .string(0...2048)),
            ] + SecretValue.shape + [.optional("Type", .string(0...256))]
        )
        static let recordedOutput: Structure? = [
            .optional("ARN", .string()), .optional("Name", .string()), .optional("VersionId", .string()),
        ]

        static func decode(_ fields: Fields) throws(Fault) -> Input {
            Input(
                secretID: fields.text("SecretId") ?? "",
                token: fields.text("ClientRequestToken"),
                description: fields.text("Description"),
                type: fields.text("Type"),
                kmsKeyID: fields.text("KmsKeyId"),
                value: try SecretValue(fields)
            )
        }

        static func encode(_ output: Output) -> Fields {
            var fields = output.identity.fields
            fields.add("VersionId", output.versionID)
            return fields
        }

        static func find(_ input: Input, _ call: Call) throws -> Subject { try Secrets.find(input.secretID, call) }

        static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question] {
            var question = question("secretsmanager:UpdateSecret", subject, call)
            question.keys.add("secretsmanager:Description", input.description)
            question.keys.add("secretsmanager:Type", input.type)
            question.keys.add("secretsmanager:KmsKeyId", input.kmsKeyID)
            question.keys.add("secretsmanager:KmsKeyArn", input.kmsKeyID)
            return [question]
        }

        static func run(_ call: Authorized<Self>) async throws -> Output {
            guard let token = call.input.token else { throw Fault.tokenMissing }
            let secret = try call.subject.require()
            let key = call.input.kmsKeyID.map { customerKey($0) } ?? secret.draft.kmsKeyID
            let rewrapped = try await rewrap(call, secret, to: key)
            for _ in 0..<2 {
                var version: VersionRow?
                if let value = call.input.value {
                    try call.requireReachableKey(key)
                    if try await call.existing(token, value) {
                        return Output(identity: secret.identity, versionID: token)
                    }
                    version = try await call.seal(value, of: secret.row, version: token, under: key)
                }
                do { return try await change(call, secret, key, version, rewrapped) } catch is TokenTaken { continue }
            }
            throw Fault.tokenInUse(token, secret.arn)
        }

        private static func change(
            _ call: Authorized<Self>,
            _ secret: SecretState,
            _ key: Text?,
            _ version: VersionRow?,
            _ rewrapped: [Text: VersionState.Wrapped]
        ) async throws -> Output {
            let (input, place) = (call.input, secret.row.place)
            return try await call.changeSecret { draft, transaction in
                if let description = input.description { draft.description = description.isEmpty ? nil : description }
                if let type = input.type { try ExternalRotation.change(type, of: &draft) }
                if input.kmsKeyID != nil { draft.kmsKeyID = key }
                for (id, wrapped) in rewrapped {
                    guard var row = try transaction.version(place, secret.name, id) else { continue }
                    let old = try VersionState(row)
                    // The copy under the old key stays: whoever may use either key can read.
                    let kept = old.wrapped.filter { $0.key != wrapped.key }
                    row.body = VersionState.body(isBinary: old.isBinary, wrapped: [wrapped] + kept)
                    _ = try transaction.update(row)
                }
                if let version { try call.add(version, stages: [current], to: &draft, transaction) }
                return Output(identity: secret.identity, versionID: version?.versionID)
            }
        }

        /// Specification 3.4: the three standard versions get their data keys wrapped under the new key too, as far as the
        /// caller may decrypt with the old and encrypt with the new one; what they may not is left as it is.
        private static func rewrap(
            _ call: Authorized<Self>,
            _ secret: SecretState,
            to key: Text?
        ) async throws -> [Text: VersionState.Wrapped] {
            guard call.input.kmsKeyID != nil, key != secret.draft.kmsKeyID else { return [:] }
            try await call.validate(key, for: secret.arn)
            var rewrapped: [Text: VersionState.Wrapped] = [:]
            for id in Set([current, pending, previous].compactMap { secret.labels[$0] }) {
                let row = try await call.house.store.read { try $0.version(secret.row.place, secret.name, id) }
                guard let row, row.sealed != nil else { continue }
                rewrapped[id] = try await wrapAgain(call, try VersionState(row), secret, key)
            }
            return rewrapped
        }

        private static func wrapAgain(
            _ call: Authorized<Self>,
            _ version: VersionState,
            _ secret: SecretState,
            _ key: Text?
        ) async throws -> VersionState.Wrapped? {
            let context = context(secret.arn, version.row.versionID)
            for wrapped in version.wrapped {
                do {
                    let dataKey = try await call.throughLoading(
                        Keys.Decrypt.self, Keys.Decrypt.Input(ciphertext: wrapped.blob, context: context)
                    )
                    let again = try await call.throughLoading(
                        Keys.Encrypt.self,
                        Keys.Encrypt.Input(
                            keyID: key ?? Keys.managedAlias, plaintext: dataKey.plaintext, context: context
                        )
                    )
                    return VersionState.Wrapped(key: key == nil ? defaultKey : again.keyARN, blob: again.ciphertext)
                } catch is Fault { continue }
            }
            return nil
        }
    }
}
