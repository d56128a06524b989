internal import Bytes
internal import Store
internal import Wire

/// An operation on an alias: its name stands beside the function's.
protocol AliasOperation: FunctionOperation {}

extension AliasOperation {
    static func find(_ input: Fields, _ call: Call) throws -> FunctionSubject {
        let subject = try FunctionSubject(input.text("FunctionName") ?? "", nil, call)
        guard subject.reference.qualifier == nil else {
            throw Fault.invalidValue("The function of an alias is named without a qualifier.")
        }
        return subject
    }
    static func asks(_ input: Fields, _ subject: FunctionSubject, _ call: Call) -> [Question] {
        [subject.question("lambda:\(name)", subject.keys(call))]
    }
}

extension Functions {
    static let aliasName = Shape.string(
        1...128,
        Pattern("(?!^[0-9]+$)([a-zA-Z0-9-_]+)") { text in
            let letters: CharacterClass = "a-zA-Z0-9_-"
            return !text.isEmpty && text.string.unicodeScalars.allSatisfy(letters.contains)
                && !text.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
        })
    static let aliasVersion = Shape.string(
        1...1024,
        Pattern("(\\$LATEST(\\.PUBLISHED)?|[0-9]+)") { text in
            text == "$LATEST" || text == "$LATEST.PUBLISHED"
                || !text.isEmpty && text.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
        })
    static let routing = Shape.structure([
        .optional("AdditionalVersionWeights", .map(key: .string(1...1024), value: .double, 0...Int.max))
    ])
    static let recordedAlias: Structure = [
        .optional("AliasArn", .string()), .optional("Name", .string()), .optional("FunctionVersion", .string()),
        .optional("Description", .string()), .optional("RevisionId", .string()),
    ]

    enum CreateAlias: AliasOperation {
        static let name: Text = "CreateAlias"
        static let route: Route? = Route(
            "POST", "/2015-03-31/functions/{FunctionName}/aliases", reply: RouteReply(status: 201))
        static let input: Structure = [
            Functions.name, .required("Name", aliasName), .required("FunctionVersion", aliasVersion),
            .optional("Description", description), .optional("RoutingConfig", routing),
        ]
        static let recordedOutput: Structure? = recordedAlias

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (input, reference) = (call.input, call.subject.reference)
            let name = input.text("Name") ?? ""
            var alias = FunctionAlias(
                reference, name, version: input.text("FunctionVersion") ?? "",
                description: input.text("Description") ?? "", revision: call.house.chance.uuid())
            alias.weights = try weights(input) ?? []
            return try await call.commit { [alias] transaction in
                guard try transaction.item(reference.key) != nil else { throw Fault.noFunction(reference.arn) }
                try alias.requireVersions(reference, transaction)
                guard try transaction.insert(alias.item) else {
                    throw Fault.functionConflict("Alias already exists: \(reference.arn):\(name)")
                }
                return alias.shown(reference)
            }
        }
    }

    /// `RoutingConfig` of a request; `nil` if it has none.
    static func weights(_ input: Fields) throws(Fault) -> [(version: Text, share: Double)]? {
        guard let routing = input.fields("RoutingConfig") else { return nil }
        var weights: [(version: Text, share: Double)] = []
        for member in routing.fields("AdditionalVersionWeights")?.members ?? [] {
            guard case .number(let share) = member.value, (0...1).contains(share),
                FunctionReference.number(member.name) != nil
            else { throw .invalidValue("Invalid additional version weights.") }
            weights.append((member.name, share))
        }
        guard weights.count <= 1 else {
            throw .invalidValue("Number of items in AdditionalVersionWeights cannot be greater than 1")
        }
        return weights
    }
}

extension FunctionAlias {
    /// All versions that it leads to are there.
    func requireVersions(_ reference: FunctionReference, _ transaction: borrowing Transaction) throws {
        guard weights.isEmpty || version != "$LATEST" else {
            throw Fault.invalidValue("$LATEST is not supported for an alias pointing to more than 1 version")
        }
        for version in [version] + weights.map(\.version) where version != "$LATEST" {
            guard let number = FunctionReference.number(version),
                try transaction.item(reference.versionKey(number)) != nil
            else { throw Fault.noFunction("\(reference.arn):\(version)") }
        }
    }
}
