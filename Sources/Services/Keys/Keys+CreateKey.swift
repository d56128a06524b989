internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Keys {
    enum CreateKey: WriteOperation {
        struct Input: Sendable {
            let form: KeyForm
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
                .oneOf(
                    "SIGN_VERIFY", "ENCRYPT_DECRYPT", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT", "ENCAPSULATE_DECAPSULATE"
                )
            ),
            .optional("CustomerMasterKeySpec", KeySpec.modelledBefore), .optional("KeySpec", KeySpec.modelled),
            .optional("Origin", .oneOf("AWS_KMS", "EXTERNAL", "AWS_CLOUDHSM", "EXTERNAL_KEY_STORE")),
            .optional("CustomKeyStoreId", .string(1...64)), .optional("BypassPolicyLockoutSafetyCheck", .boolean),
            .optional("Tags", tagList), .optional("MultiRegion", .boolean),
            .optional("XksKeyId", .string(1...128, xksKeyID)),
        ]
        static let recordedOutput: Structure? = [.optional("KeyMetadata", recordedMetadata)]
        /// An RSA key may take seconds to make.
        static let isBrief = false

        private static let xksKeyID = Pattern.each(of: "a-zA-Z0-9\\-_.", text: "^[a-zA-Z0-9-_.]+$")
        static let tagList = Shape.list(
            .structure([.required("TagKey", .string(1...128)), .required("TagValue", .string(0...256))])
        )

        static func decode(_ fields: Fields) throws(Fault) -> Input {
            if let store = fields.text("CustomKeyStoreId") {
                throw Fault("CustomKeyStoreNotFoundException", "Custom key store \(store) does not exist.")
            }
            return Input(
                form: try form(fields),
                policy: fields.text("Policy"),
                description: fields.text("Description") ?? "",
                bypassesLockout: fields.bool("BypassPolicyLockoutSafetyCheck") ?? false,
                tags: try tags(fields.list("Tags"))
            )
        }

        private static func form(_ fields: Fields) throws(Fault) -> KeyForm {
            if fields.text("KeySpec") != nil, fields.text("CustomerMasterKeySpec") != nil {
                throw .frontEnd(
                    "ValidationException",
                    "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is deprecated."
                )
            }
            let name = fields.text("KeySpec") ?? fields.text("CustomerMasterKeySpec") ?? KeySpec.symmetric.rawValue
            var form = KeyForm(spec: try KeySpec(named: name))
            if let usage = fields.text("KeyUsage").flatMap({ KeyUsage(rawValue: $0) }) {
                form.usage = usage
            } else if form.spec != .symmetric {
                throw .frontEnd(
                    "ValidationException",
                    "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys."
                )
            }
            guard form.spec.usages.contains(form.usage) else {
                throw .frontEnd(
                    "ValidationException",
                    "KeyUsage \(form.usage.rawValue) is not compatible with KeySpec \(form.spec.rawValue)"
                )
            }
            let origin = fields.text("Origin") ?? KeyOrigin.kms.rawValue
            guard let known = KeyOrigin(rawValue: origin) else {
                throw Fault(
                    "UnsupportedOperationException",
                    "Key material of origin \(origin) needs a custom key store, and there are none here."
                )
            }
            form.origin = known
            form.isMultiRegion = fields.bool("MultiRegion") ?? false
            return form
        }

        static func encode(_ output: Sighting) -> Fields { ["KeyMetadata": .structure(metadata(output))] }

        static func find(_ input: Input, _ call: Call) throws {}

        static func asks(_ input: Input, _ subject: Void, _ call: Call) -> [Question] {
            var keys = call.conditionKeys
            keys.add("kms:CallerAccount", call.caller.account.text)
            keys.add("kms:KeySpec", input.form.spec.rawValue)
            keys.add("kms:CustomerMasterKeySpec", input.form.spec.rawValue)
            keys.add("kms:KeyUsage", input.form.usage.rawValue)
            keys.add("kms:CustomerMasterKeyUsage", input.form.usage.rawValue)
            keys.add("kms:KeyOrigin", input.form.origin.rawValue)
            keys.add("kms:MultiRegion", input.form.isMultiRegion)
            if input.form.isMultiRegion { keys.add("kms:MultiRegionKeyType", "PRIMARY") }
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

        static func run(_ call: Authorized<Self>) async throws -> Sighting {
            let form = call.input.form
            let id = form.id(call.house.chance)
            let policy = call.input.policy ?? defaultPolicy(call.place.account)
            let written = try await checkPolicy(
                policy,
                arn: arn(id, in: call.place),
                bypassesLockout: call.input.bypassesLockout,
                call.call
            )
            // Off the event loop, where the call began.
            if form.spec.pairKind != nil { await Task.yield() }
            let draft = KeyDraft(
                id: id,
                place: call.place,
                at: call.now,
                description: call.input.description,
                policy: written,
                tags: call.input.tags,
                isManaged: false,
                form: form,
                root: call.house.root,
                chance: call.house.chance
            )
            let now = call.now
            return try await call.commit { transaction in
                _ = try transaction.insert(draft.item)
                return Sighting(key: try KeyState(draft.item), time: now)
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
