internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Insight {
    /// Has a rotation tried out on a copy of the secret, now and, with a schedule, again and again.
    enum RehearseRotation: WriteOperation {
        struct Input: Sendable {
            let secretID: Text
            let options: RehearsalDuty.Options
            let rules: RotationRules?
            /// Ends the schedule, and rehearses nothing.
            let isCancelled: Bool
        }

        static let name: Text = "RehearseRotation"
        static let api = API.insight
        static let quota = Insight.quota
        static let input: Structure = [
            .required("SecretId", Secrets.secretID), .optional("RotationLambdaARN", .string(0...2048)),
            .optional("AdminSecretId", Secrets.secretID), .optional("ValueFromSecretId", Secrets.secretID),
            .optional("ScheduleExpression", .string(1...256)), .optional("CancelSchedule", .boolean),
        ]

        static func decode(_ fields: Fields) throws(Fault) -> Input {
            var rules: RotationRules?
            if let expression = fields.text("ScheduleExpression") {
                rules = try RotationRules(request: ["ScheduleExpression": .string(expression)])
            }
            return Input(
                secretID: fields.text("SecretId") ?? "",
                options: RehearsalDuty.Options(
                    function: fields.text("RotationLambdaARN").flatMap { $0.isEmpty ? nil : $0 },
                    admin: fields.text("AdminSecretId"), valueFrom: fields.text("ValueFromSecretId")),
                rules: rules,
                isCancelled: fields.bool("CancelSchedule") ?? false
            )
        }

        static func encode(_ output: Fields) -> Fields { output }
        static func find(_ input: Input, _ call: Call) throws -> Secrets.Subject {
            try Secrets.find(input.secretID, call)
        }

        /// Whoever has a function run must be allowed to run it.
        static func asks(_ input: Input, _ subject: Secrets.Subject, _ call: Call) -> [Question] {
            let rehearse = Secrets.question("undercroft:RehearseRotation", subject, call)
            guard let function = input.options.function ?? subject.state?.draft.rotation?.function else {
                return [rehearse]
            }
            return [rehearse, Secrets.invocation(of: function, call)]
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let secret = try call.subject.require()
            if call.input.isCancelled { return try await cancel(secret, call) }
            guard let function = call.input.options.function ?? secret.draft.rotation?.function else {
                throw Fault.invalidRequest(
                    "No Lambda rotation function ARN is associated with this secret. Name one to rehearse: RotationLambdaARN."
                )
            }
            guard secret.labels[Secrets.current] != nil else {
                throw Fault.invalidRequest("The secret has no current version. Give it a value first.")
            }
            try await Secrets.requireInvocable(function, for: secret, call.house)
            let run = RehearsalDuty.Run(
                function, call.input.options, of: secret.name, at: call.now, call.house.chance)
            do {
                _ = try await Rehearsal(secret.draft, run, call.house).script()
            } catch let failure as RotationFailure {
                throw Fault.invalidRequest(failure.message)
            }
            let answer = try await begin(run, secret, call)
            call.house.rotationBell.ring()
            return answer
        }

        private static func begin(
            _ run: RehearsalDuty.Run, _ secret: SecretState, _ call: Authorized<Self>
        ) async throws -> Fields {
            try await call.commit { transaction in
                var duty = try RehearsalDuty(of: secret.row, transaction)
                if let other = duty.run {
                    throw Fault.invalidRequest(
                        "The rehearsal \(other.id) of this secret is not over. 'undercroft rotation show' tells how it stands."
                    )
                }
                if let rules = call.input.rules {
                    duty.plan = RehearsalDuty.Plan(rules: rules, options: call.input.options)
                }
                (duty.run, duty.holder, duty.item.due, duty.item.link) = (run, nil, call.now, run.function)
                try duty.save(transaction)
                var answer = secret.identity.fields
                answer.add("RehearsalId", run.id)
                return answer
            }
        }

        private static func cancel(_ secret: SecretState, _ call: Authorized<Self>) async throws -> Fields {
            try await call.commit { transaction in
                var duty = try RehearsalDuty(of: secret.row, transaction)
                guard duty.plan != nil else {
                    throw Fault.invalidRequest("No rehearsals of this secret are scheduled.")
                }
                duty.plan = nil
                if duty.run == nil { duty.item.due = nil }
                try duty.save(transaction)
                return secret.identity.fields
            }
        }
    }
}
