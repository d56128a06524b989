internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Functions {
    enum UpdateFunctionConfiguration: FunctionOperation {
        static let name: Text = "UpdateFunctionConfiguration"
        static let route: Route? = Route("PUT", "/2015-03-31/functions/{FunctionName}/configuration")
        static let input = Structure([Functions.name, .optional("Role", roleARN), revision] + configured)
        static let recordedOutput: Structure? = recordedConfiguration

        static func find(_ input: Fields, _ call: Call) throws -> FunctionSubject {
            var subject = try FunctionSubject(input.text("FunctionName") ?? "", nil, call)
            subject.role = try input.text("Role").map { try PassedRole(function: $0, call.view) }
            return subject
        }

        static func asks(_ input: Fields, _ subject: FunctionSubject, _ call: Call) -> [Question] {
            [subject.question("lambda:UpdateFunctionConfiguration", subject.keys(call))]
                + (subject.role.map { [$0.question(call)] } ?? [])
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (input, reference, house) = (call.input, call.subject.reference, call.house)
            _ = try call.subject.requireLatest()
            try call.subject.role?.require(for: reference)
            let (asked, renewed, now) = (input.text("RevisionId"), house.chance.uuid(), call.now)
            let output = try await call.changeFunction { state, _ in
                try state.require(revision: asked)
                try FunctionSettings.apply(input, to: &state.latest, reference, house.root)
                (state.latest.modified, state.latest.revision, state.latest.build) = (now, renewed, renewed)
                return try state.latest.shown(reference, isQualified: false, house.root)
            }
            await house.runner.retire(reference.arn)
            return output
        }
    }
}
