internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Secrets {
    enum DescribeSecret: ReadOperation {
        typealias Input = Text

        static let name: Text = "DescribeSecret"
        static let api = API.secretsManager
        static let quota = Quota("secretsmanager-describe", 40_000)
        static let isReadOnly = true
        static let input: Structure = [.required("SecretId", secretID)]

        static func decode(_ fields: Fields) throws(Fault) -> Input { fields.text("SecretId") ?? "" }
        static func encode(_ output: SecretState) -> Fields { described(output, stagesMember: "VersionIdsToStages") }

        static func find(_ input: Input, _ call: Call) throws -> Subject { try Secrets.find(input, call) }

        static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question] {
            [question("secretsmanager:DescribeSecret", subject, call)]
        }

        static func answer(_ call: Authorized<Self>) throws -> SecretState { try call.subject.requireAny() }
    }

    /// What DescribeSecret and an entry of ListSecrets have in common. Members without a value are left out.
    static func described(_ secret: SecretState, stagesMember: Text) -> Fields {
        let (row, draft) = (secret.row, secret.draft)
        var fields = secret.identity.fields
        fields.add("Type", draft.type)
        fields.add("Description", draft.description.flatMap { $0.isEmpty ? nil : $0 })
        fields.add("KmsKeyId", draft.kmsKeyID)
        draft.rotation?.add(to: &fields)
        fields.add("LastChangedDate", row.changed)
        fields.add("LastAccessedDate", row.accessed)
        fields.add("DeletedDate", row.deleteAfter)
        if let tags = draft.tags { fields.add("Tags", shown(tags)) }
        let stages = draft.labels.byVersion
        if !stages.isEmpty {
            fields.add(
                stagesMember,
                .structure(
                    Fields(
                        stages.map {
                            Fields.Member(name: $0.version, value: .list($0.labels.map { .string($0) }))
                        }
                    )
                )
            )
        }
        fields.add("CreatedDate", row.created)
        return fields
    }
}
