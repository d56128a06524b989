internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Secrets {
    enum GetSecretValue: NestedOperation {
        struct Input: Sendable {
            var secretID: Text
            var versionID: Text?
            var stage: Text?
        }
        struct Output: Sendable {
            let identity: SecretIdentity
            let versionID: Text
            let value: SecretValue
            let stages: [Text]
            let created: Timestamp
        }

        static let name: Text = "GetSecretValue"
        static let api = API.secretsManager
        static let quota = Quota("secretsmanager-get", 10_000)
        static let isReadOnly = true
        static let input: Structure = [
            .required("SecretId", secretID), .optional("VersionId", Secrets.versionID),
            .optional("VersionStage", Secrets.stage),
        ]

        static func decode(_ fields: Fields) throws(Fault) -> Input {
            Input(
                secretID: fields.text("SecretId") ?? "",
                versionID: fields.text("VersionId"),
                stage: fields.text("VersionStage")
            )
        }

        static func parameters(_ input: Input, _ subject: Subject?) -> Fields {
            var fields: Fields = ["SecretId": .string(input.secretID)]
            fields.add("VersionId", input.versionID)
            fields.add("VersionStage", input.stage)
            return fields
        }

        static func encode(_ output: Output) -> Fields {
            var fields = output.identity.fields
            fields.add("VersionId", output.versionID)
            output.value.add(to: &fields)
            if !output.stages.isEmpty { fields.add("VersionStages", .list(output.stages.map { .string($0) })) }
            fields.add("CreatedDate", output.created)
            return fields
        }

        static func find(_ input: Input, _ call: Call) throws -> Subject { try Secrets.find(input.secretID, call) }

        static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question] {
            var question = question("secretsmanager:GetSecretValue", subject, call)
            question.keys.add("secretsmanager:VersionId", input.versionID)
            question.keys.add("secretsmanager:VersionStage", input.stage)
            return [question]
        }

        static func answer(_ call: Authorized<Self>) throws -> Output {
            let chosen = try choose(call)
            return Output(
                identity: chosen.secret.identity,
                versionID: chosen.version.row.versionID,
                value: try call.open(chosen.version, of: chosen.secret),
                stages: chosen.stages,
                created: chosen.version.row.created
            )
        }

        /// Which version the call means.
        static func choose(_ call: Authorized<Self>) throws -> Choice {
            let secret = try call.subject.require()
            let versionID = try select(call.input, secret.labels)
            let place = secret.row.place
            guard let version = try call.call.view.version(versionID, of: secret.name, in: place),
                version.row.sealed != nil
            else { throw missing(call.input, versionID) }
            let stages = secret.labels.labels(of: versionID)
            if call.input.versionID != nil, let stage = call.input.stage, !stages.contains(stage) {
                throw Fault.invalidRequest(
                    "You provided a VersionStage that is not associated to the provided VersionId.")
            }
            if place.account != call.call.caller.account, version.wrapped.contains(where: { $0.key == defaultKey }) {
                throw Fault.foreignDefaultKey
            }
            try touch(secret, version, call.call)
            try noteReader(version, of: secret, call)
            return Choice(secret: secret, version: version, stages: stages)
        }

        struct Choice: Sendable {
            let secret: SecretState
            let version: VersionState
            let stages: [Text]
        }

        private static func select(_ input: Input, _ labels: StagingLabels) throws(Fault) -> Text {
            if let id = input.versionID { return id }
            let stage = input.stage ?? current
            guard let id = labels[stage] else { throw .noValue(stage: stage) }
            return id
        }

        /// A rotation's reserved version has no value yet: it answers as if it were not there.
        private static func missing(_ input: Input, _ versionID: Text) -> Fault {
            input.versionID == nil ? .noValue(stage: input.stage ?? current) : .noValue(version: versionID)
        }

        /// `LastAccessedDate` has the resolution of a day: only a version's first read of a day writes it.
        private static func touch(_ secret: SecretState, _ version: VersionState, _ call: Call) throws {
            let today = call.received.day
            let errand: Text = "touch \(version.row.versionID)"
            guard version.row.accessed != today || secret.row.accessed != today, !call.view.isDone(errand) else {
                return
            }
            throw Detour { house in
                do {
                    try await house.store.write { transaction in
                        if let old = try transaction.secret(secret.row.place, secret.name), old.accessed != today {
                            var row = old
                            row.accessed = today
                            try transaction.update(row, from: old)
                        }
                        let id = version.row.versionID
                        if var row = try transaction.version(secret.row.place, secret.name, id), row.accessed != today {
                            row.accessed = today
                            _ = try transaction.update(row)
                        }
                    }
                } catch {
                    // The date is a convenience, the trail the truth: a read does not fail for it.
                    house.log.warning("last access of \(secret.arn) not noted: \(error)")
                }
                return .done(errand)
            }
        }
    }
}
