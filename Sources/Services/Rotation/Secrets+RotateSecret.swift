internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Secrets {
    enum RotateSecret: WriteOperation {
        struct Input: Sendable {
            let secretID: Text
            let token: Text?
            let function: Text?
            let external: ExternalRotation?
            let rules: RotationRules?
            let isImmediate: Bool
        }
        struct Output: Sendable {
            let identity: SecretIdentity
            let versionID: Text
        }

        static let name: Text = "RotateSecret"
        static let api = API.secretsManager
        static let quota = putQuota
        static let input = Structure(
            [
                .required("SecretId", Secrets.secretID), .optional("ClientRequestToken", token),
                .optional("RotationLambdaARN", .string(0...2048)),
                .optional("RotationRules", .structure(RotationRules.shape)),
            ] + ExternalRotation.shape + [.optional("RotateImmediately", .boolean)])
        static let recordedOutput: Structure? = [
            .optional("ARN", .string()), .optional("Name", .string()), .optional("VersionId", .string()),
        ]

        static func decode(_ fields: Fields) throws(Fault) -> Input {
            let function = fields.text("RotationLambdaARN").flatMap { $0.isEmpty ? nil : $0 }
            return Input(
                secretID: fields.text("SecretId") ?? "",
                token: fields.text("ClientRequestToken"),
                function: function,
                external: try ExternalRotation(fields),
                rules: try fields.fields("RotationRules").map { (fields) throws(Fault) in
                    try RotationRules(request: fields)
                },
                isImmediate: fields.bool("RotateImmediately") ?? true
            )
        }

        static func encode(_ output: Output) -> Fields {
            var fields = output.identity.fields
            fields.add("VersionId", output.versionID)
            return fields
        }

        static func find(_ input: Input, _ call: Call) throws -> Subject {
            var subject = try Secrets.find(input.secretID, call)
            subject.role = try input.external?.role.map { role in
                try PassedRole(role, to: Mandate.host, else: ExternalRotation.noRole, call.view)
            }
            return subject
        }

        /// Whoever has a function run must be allowed to run it, and whoever passes a role on to do that.
        static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question] {
            var rotate = question("secretsmanager:RotateSecret", subject, call)
            rotate.keys.add("secretsmanager:RotationLambdaARN", input.function)
            rotate.keys.add("secretsmanager:ModifyRotationRules", input.rules == nil ? "false" : "true")
            rotate.keys.add("secretsmanager:RotateImmediately", input.isImmediate ? "true" : "false")
            rotate.keys.add("secretsmanager:ExternalSecretRotationRoleArn", input.external?.role)
            if let role = subject.role { return [rotate, role.question(call)] }
            guard let function = input.function ?? subject.state?.draft.rotation?.function else { return [rotate] }
            return [rotate, Secrets.invocation(of: function, call)]
        }

        static func run(_ call: Authorized<Self>) async throws -> Output {
            guard let token = call.input.token else {
                throw Fault.invalidParameter(Fault.tokenMissing.message ?? "")
            }
            let secret = try call.subject.require()
            try refuseExternal(secret.draft, call)
            guard let function = call.input.function ?? secret.draft.rotation?.function else {
                throw Fault.invalidRequest("No Lambda rotation function ARN is associated with this secret.")
            }
            try await requireInvocable(function, for: secret, call.house)
            let output = try await call.changeSecret { draft, transaction in
                try refuseExternal(draft, call)
                guard draft.labels[current] != nil else {
                    throw Fault.invalidRequest(
                        "You can't rotate a secret that has no current version. Give it a value first.")
                }
                let output = Output(identity: secret.identity, versionID: token)
                var duty = try RotationDuty(of: draft.row, transaction)
                // The answer to a call that was answered before, and got lost on the way.
                if duty.run?.token == token || draft.labels[current] == token { return output }
                try requireSettled(draft.labels)
                configure(&draft, function, call)
                try Rotation.begin(
                    call.input.isImmediate ? .rotation : .test, token: token, &draft, &duty, at: call.now, call.house,
                    transaction)
                return output
            }
            call.house.rotationBell.ring()
            return output
        }

        private static func refuseExternal(_ draft: SecretDraft, _ call: Authorized<Self>) throws(Fault) {
            try ExternalRotation.refuse(
                draft, call.subject.role, asked: call.input.external, function: call.input.function)
        }

        private static func requireSettled(_ labels: StagingLabels) throws(Fault) {
            guard let version = labels[pending], version != labels[current] else { return }
            throw .invalidRequest("A previous rotation isn't complete. That rotation will be reattempted.")
        }

        private static func configure(_ draft: inout SecretDraft, _ function: Text, _ call: Authorized<Self>) {
            let rules = call.input.rules ?? draft.rotation?.rules
            var setting = RotationSetting(function: function, rules: rules, at: call.now)
            if let old = draft.rotation {
                setting.lastRotated = old.lastRotated
                // What is only started again keeps the dates that it had.
                if call.input.rules == nil, old.isEnabled { (setting.base, setting.next) = (old.base, old.next) }
            }
            draft.rotation = setting
        }
    }

    static func invocation(of function: Text, _ call: Call) -> Question {
        Question(
            action: "lambda:InvokeFunction", resource: function, shown: function,
            owner: ARN(function).flatMap { AccountID($0.account) } ?? call.place.account, keys: call.conditionKeys)
    }

    static func requireInvocable(_ function: Text, for secret: SecretState, _ house: House) async throws {
        if try await Rotation.mayInvoke(function, for: secret.arn, in: secret.row.place, house) { return }
        throw Fault(
            "AccessDeniedException",
            "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to the principal secretsmanager.amazonaws.com."
        )
    }
}
