internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Functions {
    enum CreateFunction: FunctionOperation {
        static let name: Text = "CreateFunction"
        static let route: Route? = Route(
            "POST", "/2015-03-31/functions", mayEndInSlash: true, reply: RouteReply(status: 201))
        static let isBrief = false
        static let input = Structure(
            [
                .required("FunctionName", .string(1...140, FunctionReference.pattern)), .required("Role", roleARN),
                .required("Code", .structure(codeShape)), .optional("Publish", .boolean),
                .optional("PublishTo", .string()), .optional("PackageType", .oneOf("Zip", "Image")),
                .optional("Tags", tags), .optional("CodeSigningConfigArn", .string(0...200)),
                .optional("Architectures", architectures),
            ] + configured)
        static let recordedOutput: Structure? = recordedConfiguration

        static func find(_ input: Fields, _ call: Call) throws -> FunctionSubject {
            var subject = try FunctionSubject(input.text("FunctionName") ?? "", nil, call)
            subject.role = try PassedRole(function: input.text("Role") ?? "", call.view)
            return subject
        }

        static func asks(_ input: Fields, _ subject: FunctionSubject, _ call: Call) -> [Question] {
            let asked = FunctionTags.requested(input)
            let own = subject.keys(call)
            let keys = ContextKeys { Access.requestCondition($0, asked) ?? own[$0] }
            var questions = [subject.question("lambda:CreateFunction", keys)]
            if !asked.isEmpty { questions.append(subject.question("lambda:TagResource", keys)) }
            return questions + (subject.role.map { [$0.question(call)] } ?? [])
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (input, reference, house) = (call.input, call.subject.reference, call.house)
            guard reference.place == call.place, reference.qualifier == nil else {
                throw Fault.invalidValue("A function is made in the caller's own account, without a qualifier.")
            }
            guard input.text("PackageType") != "Image" else { throw Fault.unsupported("PackageType Image") }
            guard let runtime = input.text("Runtime"), let handler = input.text("Handler") else {
                throw Fault.invalidValue(
                    "Runtime and Handler are mandatory parameters for functions created with deployment packages.")
            }
            try call.subject.role?.require(for: reference)
            let tags = try FunctionTags.checked(FunctionTags.requested(input))
            let code = try FunctionCode(input.fields("Code") ?? [:], for: house.runner)
            let revision = house.chance.uuid()
            var made = FunctionConfiguration(
                runtime: runtime, role: input.text("Role") ?? "", handler: handler, codeDigest: code.digest,
                codeSize: Int64(code.bytes.count), modified: call.now, revision: revision, build: revision)
            made.architecture = try FunctionArchitecture.checked(input)
            try FunctionSettings.apply(input, to: &made, reference, house.root)
            let versionRevision = house.chance.uuid()
            let publishes = input.bool("Publish") ?? false
            house.runners.want(runtime)
            return try await call.commit { [made] transaction in
                var state = FunctionState(reference, made, tags)
                try code.store(in: reference.place, transaction)
                let version =
                    publishes
                    ? try state.publish(reference, nil, revision: versionRevision, transaction) : nil
                guard try transaction.insert(state.item) else {
                    throw Fault.functionConflict("Function already exist: \(reference.name)")
                }
                let shown = version?.configuration ?? made
                return try shown.shown(reference, isQualified: version != nil, house.root)
            }
        }
    }

    static let codeShape: Structure = [
        .optional("ZipFile", .blob, sensitive: true), .optional("S3Bucket", .string(3...63)),
        .optional("S3Key", .string(1...1024)), .optional("S3ObjectVersion", .string(1...1024)),
        .optional("ImageUri", .string()),
    ]
}

/// What functions are compiled for.
enum FunctionArchitecture {
    /// Of this machine.
    static var own: Text {
        #if arch(arm64)
            "arm64"
        #else
            "x86_64"
        #endif
    }

    /// AWS's default is x86_64, also where the code is of no architecture.
    static func checked(_ input: Fields) throws(Fault) -> Text {
        guard let asked = input.texts("Architectures")?.first else { return own }
        guard asked == own else {
            throw .invalidValue("This server runs on \(own): it cannot run functions of the architecture \(asked).")
        }
        return asked
    }
}
