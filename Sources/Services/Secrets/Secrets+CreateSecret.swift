internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Secrets {
    enum CreateSecret: WriteOperation {
        struct Input: Sendable {
            let name: Text
            let token: Text?
            let description: Text?
            let type: Text?
            let kmsKeyID: Text?
            let value: SecretValue?
            let tags: [Tag]?
        }
        struct Output: Sendable {
            let identity: SecretIdentity
            let versionID: Text?
        }

        static let name: Text = "CreateSecret"
        static let api = API.secretsManager
        static let quota = Quota("secretsmanager-create", 50)
        static let input = Structure(
            [
                .required("Name", .string(1...512)), .optional("ClientRequestToken", token),
                .optional("Description", .string(0...2048)), .optional("KmsKeyId", .string(0...2048)),
            ] + SecretValue.shape + [
                .optional("Tags", Secrets.tags),
                .optional(
                    "AddReplicaRegions",
                    .list(
                        .structure([.optional("Region", .string(1...128)), .optional("KmsKeyId", .string(0...2048))]))
                ),
                .optional("ForceOverwriteReplicaSecret", .boolean), .optional("Type", .string(0...256)),
                .optional("CrossAccountPrimaryARN", .string(20...2048)),
            ]
        )
        static let recordedOutput: Structure? = [
            .optional("Name", .string()), .optional("ARN", .string()), .optional("VersionId", .string()),
        ]

        static func decode(_ fields: Fields) throws(Fault) -> Input {
            guard fields.list("AddReplicaRegions") == nil, fields.text("CrossAccountPrimaryARN") == nil else {
                throw .invalidParameter("Replication is not available here.")
            }
            return Input(
                name: fields.text("Name") ?? "",
                token: fields.text("ClientRequestToken"),
                description: fields.text("Description"),
                type: fields.text("Type").flatMap { $0.isEmpty ? nil : $0 },
                kmsKeyID: customerKey(fields.text("KmsKeyId")),
                value: try SecretValue(fields),
                tags: try checkedTags(fields.list("Tags"))
            )
        }

        static func encode(_ output: Output) -> Fields {
            var fields = output.identity.fields
            fields.add("VersionId", output.versionID)
            return fields
        }

        static func find(_ input: Input, _ call: Call) throws -> Subject {
            guard SecretReference.isValidName(input.name) else { throw Fault.invalidName }
            return try Secrets.find(input.name, call)
        }

        static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question] {
            var create = unboundQuestion("secretsmanager:CreateSecret", call)
            create.resource = Secrets.arn(input.name, "??????", in: call.place)
            create.shown = input.name
            create.keys.add("secretsmanager:Name", input.name)
            create.keys.add("secretsmanager:Description", input.description)
            create.keys.add("secretsmanager:Type", input.type)
            create.keys.add("secretsmanager:KmsKeyId", input.kmsKeyID)
            create.keys.add("secretsmanager:KmsKeyArn", input.kmsKeyID)
            for tag in input.tags ?? [] {
                create.keys.add("aws:RequestTag/\(tag.key)", tag.value)
                create.keys.add("secretsmanager:ResourceTag/\(tag.key)", tag.value)
                create.keys.add("aws:ResourceTag/\(tag.key)", tag.value)
            }
            guard let tags = input.tags, !tags.isEmpty else { return [create] }
            create.keys.add("aws:TagKeys", tags.map(\.key))
            var tag = create
            tag.action = "secretsmanager:TagResource"
            return [create, tag]
        }

        static func run(_ call: Authorized<Self>) async throws -> Output {
            guard let token = call.input.token else { throw Fault.tokenMissing }
            // A second round only when another creator of the same name came between.
            for _ in 0..<2 {
                if let existing = try await freshSecret(call) { return try await repeated(call, existing, token) }
                if let output = try await create(call, token) { return output }
            }
            throw Fault.secretExists(call.input.name)
        }

        private static func freshSecret(_ call: Authorized<Self>) async throws -> SecretState? {
            let (place, name) = (call.place, call.input.name)
            return try await call.house.store.read { snapshot in
                try snapshot.secret(place, name).map { try SecretState($0) }
            }
        }

        /// The name is taken: the answer to the first call, if this is that call come again.
        private static func repeated(
            _ call: Authorized<Self>,
            _ existing: SecretState,
            _ token: Text
        ) async throws -> Output {
            guard existing.row.deleteAfter == nil else { throw Fault.nameScheduledForDeletion }
            let place = call.place
            let row = try await call.house.store.read { try $0.version(place, existing.name, token) }
            guard let row, let value = call.input.value else { throw Fault.secretExists(call.input.name) }
            let stored = try await call.openLoading(try VersionState(row), of: existing)
            guard stored == value else { throw Fault.tokenInUse(token, existing.arn) }
            return Output(identity: existing.identity, versionID: token)
        }

        /// `nil` if the name was taken meanwhile.
        private static func create(_ call: Authorized<Self>, _ token: Text) async throws -> Output? {
            let (input, place) = (call.input, call.place)
            let suffix = Text(
                String(decoding: call.house.chance.characters(6, from: SecretReference.suffixAlphabet), as: UTF8.self)
            )
            var draft = SecretDraft(name: input.name, suffix: suffix, place: place, at: call.now)
            draft.description = input.description
            draft.type = input.type
            draft.kmsKeyID = input.kmsKeyID
            draft.tags = input.tags
            try await call.validate(input.kmsKeyID, for: draft.arn)
            var version: VersionRow?
            if let value = input.value {
                version = try await call.seal(value, of: draft.row, version: token, under: input.kmsKeyID)
                draft.labels.attach([current], toNew: token)
                draft.versions = VersionTally(count: 1, collectable: Timestamp(milliseconds: 0))
            }
            let (row, sealed) = (draft.encoded, version)
            let output = Output(
                identity: SecretIdentity(arn: draft.arn, name: input.name),
                versionID: version?.versionID
            )
            let limit = call.house.limits.secretsPerRegion
            do {
                return try await call.commit { transaction in
                    guard try transaction.insert(row) else { throw NameTaken() }
                    if let sealed { _ = try transaction.insert(sealed) }
                    guard try transaction.secretCount(place) <= limit else {
                        throw Fault.limitExceeded("You've reached the limit of \(limit) secrets in this Region.")
                    }
                    return output
                }
            } catch is NameTaken {
                return nil
            }
        }

        private struct NameTaken: Error {}
    }

    /// The default key, named any way, is no customer key.
    static func customerKey(_ id: Text?) -> Text? {
        guard let id, !id.isEmpty, id != Keys.managedAlias else { return nil }
        return id
    }
}
