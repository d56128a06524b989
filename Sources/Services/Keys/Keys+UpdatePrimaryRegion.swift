internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Keys {
    enum UpdatePrimaryRegion: WriteOperation {
        struct Input: Sendable {
            let keyID: Text
            let region: Text
        }
        struct Found: Sendable {
            let primary: Keys.Subject
            /// The replica that is to take over; its key is `nil` where there is none.
            let replica: Keys.Subject
        }

        static let name: Text = "UpdatePrimaryRegion"
        static let api = API.kms
        static let quota = Quota("kms-update-primary", 5)
        static let input: Structure = [.required("KeyId", Keys.keyID), .required("PrimaryRegion", Keys.region)]

        static func decode(_ fields: Fields) throws(Fault) -> Input {
            Input(keyID: fields.text("KeyId") ?? "", region: fields.text("PrimaryRegion") ?? "")
        }

        static func encode(_ output: Void) -> Fields { [:] }

        static func resources(_ found: Found) -> [RecordedResource] {
            found.primary.recorded + found.replica.recorded
        }

        static func find(_ input: Input, _ call: Call) throws -> Found {
            let primary = try Keys.find(input.keyID, call)
            let place = Place(account: primary.owner, region: input.region)
            let id = primary.key?.id ?? ""
            let replica = id.isEmpty ? nil : try call.view.key(id, in: place)
            let arn = Keys.arn(id, in: place)
            return Found(
                primary: primary,
                replica: Keys.Subject(
                    key: replica,
                    arn: primary.key == nil ? primary.arn : arn,
                    owner: primary.owner,
                    missing: Fault("NotFoundException", "Key '\(arn)' does not exist")
                )
            )
        }

        /// Both keys have a say.
        static func asks(_ input: Input, _ found: Found, _ call: Call) -> [Question] {
            [found.primary, found.replica].map { subject in
                var question = question("kms:UpdatePrimaryRegion", subject, call)
                question.keys.add("kms:PrimaryRegion", input.region)
                return question
            }
        }

        static func run(_ call: Authorized<Self>) async throws {
            let region = call.input.region
            let known = try call.subject.primary.require()
            _ = try known.requirePrimary()
            let other = call.subject.replica
            guard other.key != nil else { throw other.missing }
            let rowKey = itemKey(known.id, in: known.place)
            let missing = call.subject.primary.missing
            try await call.commit { transaction in
                guard let item = try transaction.item(rowKey) else { throw missing }
                let primary = try KeyState(item)
                var family = try primary.requirePrimary()
                guard let position = family.replicas.firstIndex(of: region) else {
                    throw family.primary == region
                        ? Fault("UnsupportedOperationException", "\(primary.arn) is the primary key already.")
                        : other.missing
                }
                family.replicas[position] = family.primary
                family.primary = region
                try changeFamily(
                    primary.id, of: primary.place.account, in: family.regions, transaction
                ) { key, draft in
                    if key.isPrimary || key.place.region == region { try requireMovable(key) }
                    draft.family = family
                }
            }
        }

        private static func requireMovable(_ key: KeyState) throws(Fault) {
            try key.requireNotPendingDeletion()
            guard key.state != .disabled else { throw Fault("DisabledException", "\(key.arn) is disabled.") }
        }
    }
}
