internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Keys {
    enum ReplicateKey: WriteOperation {
        struct Input: Sendable {
            let keyID: Text
            let region: Text
            let policy: Text?
            let bypassesLockout: Bool
            let description: Text
            let tags: [Tag]
        }

        static let name: Text = "ReplicateKey"
        static let api = API.kms
        static let quota = Quota("kms-replicate", 5)
        static let input: Structure = [
            .required("KeyId", Keys.keyID), .required("ReplicaRegion", Keys.region),
            .optional("Policy", .string(1...131_072)), .optional("BypassPolicyLockoutSafetyCheck", .boolean),
            .optional("Description", .string(0...8192)), .optional("Tags", CreateKey.tagList),
        ]
        static let recordedOutput: Structure? = [
            .optional("ReplicaKeyMetadata", recordedMetadata), .optional("ReplicaPolicy", .string()),
            .optional("ReplicaTags", CreateKey.tagList),
        ]

        static func decode(_ fields: Fields) throws(Fault) -> Input {
            Input(
                keyID: fields.text("KeyId") ?? "",
                region: fields.text("ReplicaRegion") ?? "",
                policy: fields.text("Policy"),
                bypassesLockout: fields.bool("BypassPolicyLockoutSafetyCheck") ?? false,
                description: fields.text("Description") ?? "",
                tags: try CreateKey.tags(fields.list("Tags"))
            )
        }

        static func encode(_ output: Sighting) -> Fields {
            let tags = output.key.tags.map { tag in
                Document.structure(["TagKey": .string(tag.key), "TagValue": .string(tag.value)])
            }
            return [
                "ReplicaKeyMetadata": .structure(metadata(output)), "ReplicaPolicy": .string(output.key.written.text),
                "ReplicaTags": .list(tags),
            ]
        }

        static func find(_ input: Input, _ call: Call) throws -> Subject { try Keys.find(input.keyID, call) }

        /// The primary key has a say about its replicas; that a key may be made is asked as for any other.
        static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question] {
            var replicate = question("kms:ReplicateKey", subject, call)
            replicate.keys.add("kms:ReplicaRegion", input.region)
            var keys = call.conditionKeys
            keys.add("aws:RequestedRegion", input.region)
            keys.add("kms:CallerAccount", call.caller.account.text)
            keys.add("kms:BypassPolicyLockoutSafetyCheck", input.bypassesLockout)
            keys.add("kms:MultiRegion", true)
            keys.add("kms:MultiRegionKeyType", "REPLICA")
            if let key = subject.key {
                keys.add("kms:KeySpec", key.spec.rawValue)
                keys.add("kms:KeyUsage", key.usage.rawValue)
                keys.add("kms:KeyOrigin", key.origin.rawValue)
            }
            for tag in input.tags { keys.add("aws:RequestTag/\(tag.key)", tag.value) }
            if !input.tags.isEmpty { keys.add("aws:TagKeys", input.tags.map(\.key)) }
            let create = Question(
                action: "kms:CreateKey", resource: "*", shown: nil, owner: call.place.account, keys: keys
            )
            guard !input.tags.isEmpty else { return [replicate, create] }
            var tag = create
            tag.action = "kms:TagResource"
            return [replicate, create, tag]
        }

        static func run(_ call: Authorized<Self>) async throws -> Sighting {
            let (input, now, house) = (call.input, call.now, call.house)
            let known = try call.subject.require()
            let family = try known.requirePrimary()
            try requireReplicable(known)
            guard house.regions.isEmpty || house.regions.contains(input.region) else {
                throw Fault("UnsupportedOperationException", "The Region \(input.region) is not served here.")
            }
            guard !family.regions.contains(input.region) else { throw taken(known, input.region) }
            let place = known.place(in: input.region)
            let policy = input.policy ?? defaultPolicy(known.place.account)
            let written = try await checkPolicy(
                policy, arn: arn(known.id, in: place), bypassesLockout: input.bypassesLockout, call.call
            )
            let rowKey = itemKey(known.id, in: known.place)
            let missing = call.subject.missing
            let replica = try await call.commit { transaction in
                guard let item = try transaction.item(rowKey) else { throw missing }
                let primary = try KeyState(item)
                var family = try primary.requirePrimary()
                try requireReplicable(primary)
                guard !family.regions.contains(input.region) else { throw taken(primary, input.region) }
                family.replicas.append(input.region)
                var draft = KeyDraft(
                    id: primary.id,
                    place: place,
                    at: now,
                    description: input.description,
                    policy: written,
                    tags: input.tags,
                    isManaged: false,
                    form: KeyForm(
                        spec: primary.spec, usage: primary.usage, origin: primary.origin, isMultiRegion: true),
                    materials: try primary.materials(for: place, house.root)
                )
                draft.family = family
                draft.pendingMaterial = primary.pendingMaterial?.withoutSecret
                guard try transaction.insert(draft.item) else { throw taken(primary, input.region) }
                let others = family.regions.filter { $0 != input.region }
                try changeFamily(primary.id, of: place.account, in: others, transaction) { _, other in
                    other.family = family
                }
                let record = Record.serviceEvent(
                    "CreateKey",
                    .kms,
                    place: place,
                    at: now,
                    requestID: house.chance.uuid(),
                    eventID: house.chance.uuid(),
                    details: [
                        "keyId": .string(arn(primary.id, in: place)), "primaryKey": .string(primary.arn),
                    ]
                )
                transaction.appendRecord(node: house.node, record)
                return Sighting(key: try KeyState(draft.item), time: now)
            }
            return replica
        }

        private static func requireReplicable(_ key: KeyState) throws(Fault) {
            try key.requireNotPendingDeletion()
            guard key.state != .disabled else { throw Fault("DisabledException", "\(key.arn) is disabled.") }
        }

        private static func taken(_ key: KeyState, _ region: Text) -> Fault {
            Fault(
                "AlreadyExistsException",
                "Unable to replicate key to region \(region) because it already has the key \(arn(key.id, in: key.place(in: region)))"
            )
        }
    }
}
