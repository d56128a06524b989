internal import Bytes
internal import Store
internal import Wire

extension Keys {
    enum RotateKeyOnDemand: WriteOperation {
        typealias Input = Text

        static let name: Text = "RotateKeyOnDemand"
        static let api = API.kms
        static let quota = Quota("kms-rotate-on-demand", 5)
        static let input: Structure = [.required("KeyId", keyID)]
        static let recordedOutput: Structure? = recordedKeyID

        static func decode(_ fields: Fields) throws(Fault) -> Input { fields.text("KeyId") ?? "" }
        static func encode(_ output: Text) -> Fields { ["KeyId": .string(output)] }

        static func find(_ input: Input, _ call: Call) throws -> Subject { try Keys.findOwn(input, call) }

        static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question] {
            [question("kms:RotateKeyOnDemand", subject, call)]
        }

        /// The automatic schedule stays as it is.
        static func run(_ call: Authorized<Self>) async throws -> Text {
            let known = try call.subject.require()
            try requireCustomer(known)
            try requireRotatableHere(known)
            let (now, house, missing) = (call.now, call.house, call.subject.missing)
            return try await call.commit { transaction in
                guard let item = try transaction.item(itemKey(known.id, in: known.place)) else { throw missing }
                let key = try KeyState(item)
                try key.requireUsable(at: now)
                guard key.materials.count(where: { $0.rotation?.kind == .onDemand }) < rotationsOnDemand else {
                    throw Fault(
                        "LimitExceededException",
                        "\(key.arn) has been rotated on demand \(rotationsOnDemand) times, which is the limit."
                    )
                }
                if let row = try transaction.item(RotationSchedule.itemKey(key.id, in: key.place)),
                    try RotationSchedule(row).next <= now + imminence
                {
                    throw Fault(
                        "ConflictException",
                        "An automatic rotation of \(key.arn) is in progress or begins within the next 20 minutes."
                    )
                }
                let renewed = try rotate(key, item, at: now, house, transaction)
                let event = rotationEvent(.onDemand, from: key, to: renewed, at: now, house)
                transaction.appendRecord(node: house.node, event)
                return key.id
            }
        }

        private static func rotate(
            _ key: KeyState, _ item: Item, at now: Timestamp, _ house: House, _ transaction: borrowing Transaction
        ) throws -> KeyState {
            if key.origin == .external {
                try rotateImported(key, at: now, transaction)
                guard let item = try transaction.item(item.key) else { throw StoreError.corrupt("key \(key.id)") }
                return try KeyState(item)
            }
            var draft = try KeyDraft(item)
            draft.rotate(.onDemand, at: now, house.root, house.chance)
            _ = try transaction.update(draft.item)
            let renewed = try KeyState(draft.item)
            try shareMaterial(of: renewed, house.root, transaction)
            return renewed
        }

        private static let imminence: Int64 = 20 * 60_000
    }
}
