internal import Bytes
internal import Policy
internal import Wire

/// AWS Lambda: its operations, and the words they share. What runs the code is a ``FunctionRunner``.
package enum Functions {
    static let quota = Quota("lambda", 100)
    /// Invoke has no published rate but concurrency.
    static let invokeQuota = Quota.unlimited
    static let service: Text = "lambda.amazonaws.com"

    static let functionName = Shape.string(1...256, FunctionReference.pattern)
    static let qualifier = Shape.string(
        1...128, Pattern.each(of: "a-zA-Z0-9_$-", text: "\\$(LATEST(\\.PUBLISHED)?)|[a-zA-Z0-9-_$]+"))
    static let name = ShapeMember.required("FunctionName", functionName)
    static let qualified: Structure = [name, .optional("Qualifier", qualifier)]
    static let qualifierQuery: [Text: Text] = ["Qualifier": "Qualifier"]
    static let pageQuery: [Text: Text] = ["Marker": "Marker", "MaxItems": "MaxItems"]
    static let paging: [ShapeMember] = [
        .optional("Marker", .string()), .optional("MaxItems", .integer(1...10_000)),
    ]
    static let revision = ShapeMember.optional("RevisionId", .string())
    static let roleARN = Shape.string(
        0...10_000,
        Pattern(
            "arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+"
        ) { text in
            let characters: CharacterClass = "a-zA-Z_0-9+=,.@/-"
            guard let arn = ARN(text), arn.partition.hasPrefix("aws"), arn.service == "iam", arn.region.isEmpty,
                AccountID(arn.account) != nil, let rest = arn.resource.dropping("role"), !rest.isEmpty
            else { return false }
            return rest.string.unicodeScalars.allSatisfy(characters.contains)
        })
    static let handler = Shape.string(
        0...128,
        Pattern("[^\\s]+") { text in
            !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 }
        })
    static let description = Shape.string(0...256)
    static let timeout = Shape.integer(1...900)
    static let memory = Shape.integer(128...10_240)
    static let anything: ClosedRange<Int> = 0...10_000
    static let tags = Shape.map(key: Access.tagKey, value: Access.tagValue, 0...Int.max)
    static let architectures = Shape.list(.oneOf("x86_64", "arm64"), 1...1)

    /// What a function's configuration is made of, in CreateFunction and UpdateFunctionConfiguration alike.
    static let configured: [ShapeMember] = [
        .optional("Description", description), .optional("Timeout", timeout), .optional("MemorySize", memory),
        .optional("Handler", handler), .optional("Runtime", .string()),
        .optional(
            "VpcConfig",
            .structure([
                .optional("SubnetIds", .list(.string(), 0...16)),
                .optional("SecurityGroupIds", .list(.string(), 0...5)),
                .optional("Ipv6AllowedForDualStack", .boolean),
            ])),
        .optional("DeadLetterConfig", .structure([.optional("TargetArn", .string())])),
        .optional(
            "Environment",
            .structure([
                .optional("Variables", .map(key: .string(), value: .string(), 0...Int.max), sensitive: true)
            ])),
        .optional("KMSKeyArn", .string(anything)),
        .optional("TracingConfig", .structure([.optional("Mode", .oneOf("Active", "PassThrough"))])),
        .optional("Layers", .list(.string(1...2048))),
        .optional("FileSystemConfigs", .list(.structure([.optional("Arn", .string())]), 0...1)),
        .optional("ImageConfig", .structure([.optional("Command", .list(.string()))])),
        .optional("EphemeralStorage", .structure([.required("Size", .integer(512...10_240))])),
        .optional("SnapStart", .structure([.optional("ApplyOn", .oneOf("PublishedVersions", "None"))])),
        .optional(
            "LoggingConfig",
            .structure([
                .optional("LogFormat", .oneOf("JSON", "Text")), .optional("ApplicationLogLevel", .string()),
                .optional("SystemLogLevel", .string()), .optional("LogGroup", .string(1...512)),
            ])),
    ]

    static let recordedConfiguration: Structure = [
        .optional("FunctionName", .string()), .optional("FunctionArn", .string()), .optional("Runtime", .string()),
        .optional("Role", .string()), .optional("Handler", .string()), .optional("CodeSize", .integer),
        .optional("Timeout", .integer), .optional("MemorySize", .integer), .optional("CodeSha256", .string()),
        .optional("Version", .string()), .optional("RevisionId", .string()),
    ]
}

/// An operation of Lambda on one function. Members are few and their constraints checked already: they are read where they are
/// used.
protocol FunctionOperation: WriteOperation where Input == Fields, Output == Fields, Subject == FunctionSubject {
    static func keys(_ input: Fields, _ subject: FunctionSubject, _ call: Call) -> ContextKeys
}

extension FunctionOperation {
    static var api: API { .lambda }
    static var quota: Quota { Functions.quota }
    static func decode(_ fields: Fields) throws(Fault) -> Fields { fields }
    static func encode(_ output: Fields) -> Fields { output }
    static func find(_ input: Fields, _ call: Call) throws -> FunctionSubject {
        try FunctionSubject(input.text("FunctionName") ?? "", input.text("Qualifier"), call)
    }
    static func keys(_ input: Fields, _ subject: FunctionSubject, _ call: Call) -> ContextKeys {
        subject.keys(call)
    }
    static func asks(_ input: Fields, _ subject: FunctionSubject, _ call: Call) -> [Question] {
        [subject.question("lambda:\(name)", keys(input, subject, call))]
    }
}

extension Functions {
    static func unboundQuestion(_ action: Text, _ call: Call) -> Question {
        Question(action: action, resource: "*", shown: "*", owner: call.place.account, keys: call.conditionKeys)
    }
}
