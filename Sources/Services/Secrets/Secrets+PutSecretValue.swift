internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Secrets {
    enum PutSecretValue: WriteOperation {
        struct Input: Sendable {
            let secretID: Text
            let token: Text?
            let value: SecretValue?
            let stages: [Text]
            var rotationToken: Text?
        }
        struct Output: Sendable {
            let identity: SecretIdentity
            let versionID: Text
            let stages: [Text]
        }

        static let name: Text = "PutSecretValue"
        static let api = API.secretsManager
        static let quota = putQuota
        static let input = Structure(
            [.required("SecretId", Secrets.secretID), .optional("ClientRequestToken", token)]
                + SecretValue.shape + [
                    .optional("VersionStages", .list(stage, 1...20)),
                    .optional(
                        "RotationToken",
                        .string(36...256, .each(of: "a-zA-Z0-9-", text: #"^[a-zA-Z0-9\-]+$"#)),
                        sensitive: true
                    ),
                ]
        )
        static let recordedOutput: Structure? = [
            .optional("ARN", .string()), .optional("Name", .string()), .optional("VersionId", .string()),
            .optional("VersionStages", .list(.string())),
        ]

        static func decode(_ fields: Fields) throws(Fault) -> Input {
            Input(
                secretID: fields.text("SecretId") ?? "",
                token: fields.text("ClientRequestToken"),
                value: try SecretValue(fields),
                stages: fields.texts("VersionStages") ?? [current],
                rotationToken: fields.secret("RotationToken").flatMap { Text(utf8: $0.bytes) }
            )
        }

        static func encode(_ output: Output) -> Fields {
            var fields = output.identity.fields
            fields.add("VersionId", output.versionID)
            fields.add("VersionStages", .list(output.stages.map { .string($0) }))
            return fields
        }

        static func find(_ input: Input, _ call: Call) throws -> Subject { try Secrets.find(input.secretID, call) }

        static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question] {
            [question("secretsmanager:PutSecretValue", subject, call)]
        }

        static func run(_ call: Authorized<Self>) async throws -> Output {
            guard let token = call.input.token else { throw Fault.tokenMissing }
            let secret = try call.subject.require()
            guard let value = call.input.value else { throw Fault.valueMissing }
            for _ in 0..<2 {
                try call.requireReachableKey(secret.draft.kmsKeyID)
                let version = try await call.seal(
                    value, of: secret.row, version: token, under: secret.draft.kmsKeyID
                )
                do {
                    return try await call.changeSecret { draft, transaction in
                        try call.add(
                            version, stages: call.input.stages, to: &draft, transaction,
                            rotationToken: call.input.rotationToken)
                        return Output(
                            identity: secret.identity,
                            versionID: token,
                            stages: draft.labels.labels(of: token)
                        )
                    }
                } catch is TokenTaken {
                    // Rare, so it is found out by trying: a token comes twice when an answer was lost.
                    if try await call.existing(token, value) { return try await repeated(call, token) }
                }
            }
            throw Fault.tokenInUse(token, secret.arn)
        }

        /// Labels stay as they are, whatever the repeated call asks for: it succeeds but does nothing.
        private static func repeated(_ call: Authorized<Self>, _ token: Text) async throws -> Output {
            try await call.changeSecret(touchesChanged: false) { draft, _ in
                Output(
                    identity: SecretIdentity(arn: draft.arn, name: draft.row.name),
                    versionID: token,
                    stages: draft.labels.labels(of: token)
                )
            }
        }
    }
}
