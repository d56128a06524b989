internal import Bytes
internal import Store
internal import Wire

extension Functions {
    enum UpdateFunctionCode: FunctionOperation {
        static let name: Text = "UpdateFunctionCode"
        static let route: Route? = Route("PUT", "/2015-03-31/functions/{FunctionName}/code")
        static let isBrief = false
        static let input = Structure(
            [Functions.name] + codeShape.members + [
                .optional("Architectures", architectures), .optional("Publish", .boolean),
                .optional("PublishTo", .string()), .optional("DryRun", .boolean), revision,
            ])
        static let recordedOutput: Structure? = recordedConfiguration

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (input, reference, house) = (call.input, call.subject.reference, call.house)
            let known = try call.subject.requireLatest()
            guard input.text("PublishTo") == nil else { throw Fault.unsupported("PublishTo") }
            let code = try FunctionCode(input, for: house.runner)
            let architecture = try FunctionArchitecture.checked(input)
            func changed(_ configuration: FunctionConfiguration) -> FunctionConfiguration {
                var next = configuration
                (next.codeDigest, next.codeSize) = (code.digest, Int64(code.bytes.count))
                next.architecture = architecture
                next.renew(at: call.now, house.chance)
                return next
            }
            if input.bool("DryRun") ?? false {
                try known.require(revision: input.text("RevisionId"))
                return try changed(known.latest).shown(reference, isQualified: false, house.root)
            }
            let (publishes, versionRevision) = (input.bool("Publish") ?? false, house.chance.uuid())
            let (asked, renewed, now) = (input.text("RevisionId"), house.chance.uuid(), call.now)
            let output = try await call.changeFunction { state, transaction in
                try state.require(revision: asked)
                let old = state.latest.codeDigest
                try code.store(in: reference.place, transaction)
                (state.latest.codeDigest, state.latest.codeSize) = (code.digest, Int64(code.bytes.count))
                state.latest.architecture = architecture
                (state.latest.modified, state.latest.revision, state.latest.build) = (now, renewed, renewed)
                let version =
                    publishes
                    ? try state.publish(reference, nil, revision: versionRevision, transaction) : nil
                if old != code.digest {
                    try FunctionCode.release(old, in: reference.place, transaction, usedBut: reference.key)
                }
                let shown = version?.configuration ?? state.latest
                return try shown.shown(reference, isQualified: version != nil, house.root)
            }
            await house.runner.retire(reference.arn)
            return output
        }
    }
}
