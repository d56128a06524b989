internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Keys {
    enum CreateKey: WriteOperation {
        struct Input: Sendable {
            let policy: Text?
            let description: Text
            let bypassesLockout: Bool
            let tags: [Tag]
        }

        static let name: Text = "CreateKey"
        static let api = API.kms
        static let quota = Quota("kms-create", 5)
        static let input: Structure = [
            .optional("Policy", .string(1...131_072)), .optional("Description", .string(0...8192)),
            .optional(
                "KeyUsage",
                .oneOf("SIGN_VERIFY", "ENCRYPT_DECRYPT", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT")
            ),
            .optional("CustomerMasterKeySpec", .string()), .optional("KeySpec", .string()),
            .optional("Origin", .oneOf("AWS_KMS", "EXTERNAL", "AWS_CLOUDHSM", "EXTERNAL_KEY_STORE")),
            .optional("CustomKeyStoreId", .string(1...64)), .optional("BypassPolicyLockoutSafetyCheck", .boolean),
            .optional("Tags", tagList), .optional("MultiRegion", .boolean),
        ]
        static let recordedOutput: Structure? = [
            .optional(
                "KeyMetadata",
                .structure([
                    .optional("AWSAccountId", .string()), .optional("KeyId", .string()), .optional("Arn", .string()),
                    .optional("CreationDate", .timestamp), .optional("Enabled", .boolean),
                    .optional("Description", .string()), .optional("KeyUsage", .string()),
                    .optional("KeyState", .string()), .optional("Origin", .string()),
                    .optional("KeyManager", .string()), .optional("KeySpec", .string()),
                    .optional("MultiRegion", .boolean),
                ])
            )
        ]

        static let tagList = Shape.list(
            .structure([.required("TagKey", .string(1...128)), .required("TagValue", .string(0...256))])
        )

        static func decode(_ fields: Fields) throws(Fault) -> Input {
            let spec = fields.text("KeySpec") ?? fields.text("CustomerMasterKeySpec") ?? "SYMMETRIC_DEFAULT"
            let usage = fields.text("KeyUsage") ?? "ENCRYPT_DECRYPT"
            guard spec == "SYMMETRIC_DEFAULT", usage == "ENCRYPT_DECRYPT" else {
                throw Fault(
                    "UnsupportedOperationException", "Only SYMMETRIC_DEFAULT keys for ENCRYPT_DECRYPT can be made here."
                )
            }
            if let origin = fields.text("Origin"), origin != "AWS_KMS" {
                throw Fault("UnsupportedOperationException", "Key material of origin \(origin) is not supported here.")
            }
            guard fields.bool("MultiRegion") != true else {
                throw Fault("UnsupportedOperationException", "Multi-Region keys are not supported here.")
            }
            if let store = fields.text("CustomKeyStoreId") {
                throw Fault("CustomKeyStoreNotFoundException", "Custom key store \(store) does not exist.")
            }
            return Input(
                policy: fields.text("Policy"),
                description: fields.text("Description") ?? "",
                bypassesLockout: fields.bool("BypassPolicyLockoutSafetyCheck") ?? false,
                tags: try tags(fields.list("Tags"))
            )
        }

        static func encode(_ output: KeyState) -> Fields { ["KeyMetadata": .structure(metadata(output))] }

        static func find(_ input: Input, _ call: Call) throws {}

        static func asks(_ input: Input, _ subject: Void, _ call: Call) -> [Question] {
            var keys = call.conditionKeys
            keys.add("kms:CallerAccount", call.caller.account.text)
            keys.add("kms:KeySpec", "SYMMETRIC_DEFAULT")
            keys.add("kms:KeyUsage", "ENCRYPT_DECRYPT")
            keys.add("kms:BypassPolicyLockoutSafetyCheck", input.bypassesLockout ? "true" : "false")
            for tag in input.tags { keys.add("aws:RequestTag/\(tag.key)", tag.value) }
            if !input.tags.isEmpty { keys.add("aws:TagKeys", input.tags.map(\.key)) }
            let create = Question(
                action: "kms:CreateKey", resource: "*", shown: nil, owner: call.place.account, keys: keys
            )
            guard !input.tags.isEmpty else { return [create] }
            var tag = create
            tag.action = "kms:TagResource"
            return [create, tag]
        }

        static func run(_ call: Authorized<Self>) async throws -> KeyState {
            let id = call.house.chance.uuid()
            let policy = call.input.policy ?? defaultPolicy(call.place.account)
            try checkPolicy(
                policy,
                arn: arn(id, in: call.place),
                bypassesLockout: call.input.bypassesLockout,
                call.call
            )
            let draft = KeyDraft(
                id: id,
                place: call.place,
                at: call.now,
                description: call.input.description,
                policy: policy,
                tags: call.input.tags,
                isManaged: false,
                root: call.house.root,
                chance: call.house.chance
            )
            return try await call.commit { transaction in
                _ = try transaction.insert(draft.item)
                return try KeyState(draft.item)
            }
        }

        static func tags(_ documents: [Document]?) throws(Fault) -> [Tag] {
            var tags: [Tag] = []
            for case .structure(let fields) in documents ?? [] {
                let tag = Tag(key: fields.text("TagKey") ?? "", value: fields.text("TagValue") ?? "")
                guard !tag.key.asciiLowercased.hasPrefix("aws:") else {
                    throw Fault("TagException", "Tags beginning with aws: are reserved")
                }
                guard !tags.contains(where: { $0.key == tag.key }) else {
                    throw Fault("TagException", "Duplicate tag keys")
                }
                tags.append(tag)
            }
            guard tags.count <= 50 else { throw Fault("TagException", "Too many tags") }
            return tags
        }
    }
}
