internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Secrets {
    enum UpdateSecretVersionStage: WriteOperation {
        struct Input: Sendable {
            let secretID: Text
            let stage: Text
            let removeFrom: Text?
            let moveTo: Text?
        }

        static let name: Text = "UpdateSecretVersionStage"
        static let api = API.secretsManager
        static let quota = putQuota
        static let input: Structure = [
            .required("SecretId", Secrets.secretID), .required("VersionStage", Secrets.stage),
            .optional("RemoveFromVersionId", versionID), .optional("MoveToVersionId", versionID),
        ]
        static let recordedOutput: Structure? = identified

        static func decode(_ fields: Fields) throws(Fault) -> Input {
            Input(
                secretID: fields.text("SecretId") ?? "",
                stage: fields.text("VersionStage") ?? "",
                removeFrom: fields.text("RemoveFromVersionId"),
                moveTo: fields.text("MoveToVersionId")
            )
        }
        static func encode(_ output: SecretIdentity) -> Fields { output.fields }

        static func find(_ input: Input, _ call: Call) throws -> Subject { try Secrets.find(input.secretID, call) }

        static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question] {
            var question = question("secretsmanager:UpdateSecretVersionStage", subject, call)
            question.keys.add("secretsmanager:VersionStage", input.stage)
            return [question]
        }

        static func run(_ call: Authorized<Self>) async throws -> SecretIdentity {
            let secret = try call.subject.require()
            let input = call.input
            return try await call.changeSecret { draft, transaction in
                let holder = draft.labels[input.stage]
                guard let target = input.moveTo else {
                    try remove(input, from: holder, &draft)
                    return secret.identity
                }
                guard try transaction.version(draft.row.place, draft.row.name, target) != nil else {
                    throw Fault.noValue(version: target)
                }
                if holder == target, input.removeFrom == nil || input.removeFrom == target { return secret.identity }
                try requireHolder(input, holder)
                draft.labels.move(input.stage, to: target)
                guard draft.labels.count <= call.house.limits.labelsPerSecret else {
                    throw Fault.limitExceeded(
                        "A secret can't have more than \(call.house.limits.labelsPerSecret) staging labels.")
                }
                return secret.identity
            }
        }

        private static func remove(_ input: Input, from holder: Text?, _ draft: inout SecretDraft) throws(Fault) {
            guard let version = input.removeFrom else {
                throw .invalidParameter("You must specify RemoveFromVersionId, MoveToVersionId, or both.")
            }
            guard input.stage != current else {
                throw .invalidParameter(
                    "You can only move staging label AWSCURRENT to a different secret version. It can\u{2019}t be completely removed."
                )
            }
            guard holder == version else { throw notAttached(input.stage, version) }
            draft.labels.remove(input.stage)
        }

        /// A label leaves its version only if the caller names that version: nobody moves what they did not know of.
        private static func requireHolder(_ input: Input, _ holder: Text?) throws(Fault) {
            switch (holder, input.removeFrom) {
            case (nil, nil): return
            case (let holder?, nil):
                throw .invalidParameter(
                    "The parameter RemoveFromVersionId can't be empty. Staging label \(input.stage) is currently attached to version \(holder), so you must explicitly reference that version in RemoveFromVersionId."
                )
            case (_, let named?):
                guard holder == named else { throw notAttached(input.stage, named) }
            }
        }

        private static func notAttached(_ stage: Text, _ version: Text) -> Fault {
            .invalidParameter("Staging label \(stage) is not attached to version \(version).")
        }
    }
}
