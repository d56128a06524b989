internal import Bytes
internal import Wire

extension Keys {
    enum GetKeyLastUsage: ReadOperation {
        typealias Input = Text
        struct Output: Sendable {
            let key: KeyState
            let use: KeyUse?
        }

        static let name: Text = "GetKeyLastUsage"
        static let api = API.kms
        static let quota = Quota.unlimited
        static let isReadOnly = true
        static let input: Structure = [.required("KeyId", keyID)]

        static func decode(_ fields: Fields) throws(Fault) -> Input { fields.text("KeyId") ?? "" }

        /// Uses are noted from a key's first day on.
        static func encode(_ output: Output) -> Fields {
            [
                "KeyId": .string(output.key.id), "KeyLastUsage": .structure(output.use?.fields ?? Fields()),
                "TrackingStartDate": .timestamp(output.key.created), "KeyCreationDate": .timestamp(output.key.created),
            ]
        }

        static func find(_ input: Input, _ call: Call) throws -> Subject { try Keys.findOwn(input, call) }

        static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question] {
            [question("kms:GetKeyLastUsage", subject, call)]
        }

        static func answer(_ call: Authorized<Self>) throws -> Output {
            let key = try call.subject.require()
            let written = try call.call.view.keyUse(key)
            let noted = call.house.keyUses[key.arn].flatMap { KeyUse($0) }
            guard let noted, noted.time >= written?.time ?? noted.time else { return Output(key: key, use: written) }
            return Output(key: key, use: noted)
        }
    }
}
