internal import Bytes
internal import Policy
internal import Wire

extension Secrets {
    enum GetRandomPassword: ReadOperation {
        typealias Input = PasswordRules

        static let name: Text = "GetRandomPassword"
        static let api = API.secretsManager
        static let quota = Quota("secretsmanager-random-password", 50)
        static let isReadOnly = true
        static let input: Structure = [
            .optional("PasswordLength", .integer(1...4096)), .optional("ExcludeCharacters", .string(0...4096)),
            .optional("ExcludeNumbers", .boolean), .optional("ExcludePunctuation", .boolean),
            .optional("ExcludeUppercase", .boolean), .optional("ExcludeLowercase", .boolean),
            .optional("IncludeSpace", .boolean), .optional("RequireEachIncludedType", .boolean),
        ]

        static func decode(_ fields: Fields) throws(Fault) -> Input { try PasswordRules(fields) }

        static func encode(_ output: [UInt8]) -> Fields {
            ["RandomPassword": .secret(SensitiveBytes(output, isText: true))]
        }

        static func find(_ input: Input, _ call: Call) throws {}

        static func asks(_ input: Input, _ subject: Void, _ call: Call) -> [Question] {
            [unboundQuestion("secretsmanager:GetRandomPassword", call)]
        }

        static func answer(_ call: Authorized<Self>) throws -> [UInt8] { call.input.generate(call.house.chance) }
    }

    /// Which characters a password is drawn from, and whether each kind must occur.
    struct PasswordRules: Sendable {
        let length: Int
        let kinds: [[UInt8]]
        let requiresEach: Bool

        private static let lowercase = Array("abcdefghijklmnopqrstuvwxyz".utf8)
        private static let uppercase = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)
        private static let digits = Array("0123456789".utf8)
        private static let punctuation = Array("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~".utf8)
        private static let space = Array(" ".utf8)

        init(_ fields: Fields) throws(Fault) {
            let excluded = Set(fields.text("ExcludeCharacters")?.utf8.map { $0 } ?? [])
            let candidates = [
                (Self.lowercase, fields.bool("ExcludeLowercase") != true),
                (Self.uppercase, fields.bool("ExcludeUppercase") != true),
                (Self.digits, fields.bool("ExcludeNumbers") != true),
                (Self.punctuation, fields.bool("ExcludePunctuation") != true),
                (Self.space, fields.bool("IncludeSpace") == true),
            ]
            kinds = candidates.filter(\.1).map { $0.0.filter { !excluded.contains($0) } }.filter { !$0.isEmpty }
            length = Int(fields.integer("PasswordLength") ?? 32)
            requiresEach = fields.bool("RequireEachIncludedType") ?? true
            guard !kinds.isEmpty else {
                throw .invalidParameter("The password can't be generated because every character is excluded.")
            }
            guard !requiresEach || length >= kinds.count else {
                throw .invalidParameter("Password length is too short based on the required types.")
            }
        }

        /// One of each required kind, the rest from all, then shuffled (Fisher and Yates): every place is as likely for every kind.
        func generate(_ chance: Chance) -> [UInt8] {
            var password: [UInt8] = []
            if requiresEach { for kind in kinds { password += chance.characters(1, from: kind) } }
            password += chance.characters(length - password.count, from: kinds.flatMap { $0 })
            for index in stride(from: password.count - 1, to: 0, by: -1) {
                password.swapAt(index, chance.number(below: index + 1))
            }
            return password
        }
    }
}
