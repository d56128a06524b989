internal import Bytes
internal import Store
internal import Wire

// What a turn asks of functions.
extension RotationTurn {
    /// `nil` if it succeeded.
    func invoke(_ step: RotationStep, _ claim: Claim) async -> RotationFailure? {
        do {
            let mandate = try Mandate(secretARN: claim.arn, account: key.place.account)
            let call = StepCall(
                claim.function, claim.arn, token: claim.run.token, rotationToken: claim.run.rotationToken,
                mandate: mandate, in: key.place, house)
            if claim.run.kind == .test { try await call.vault.copyCurrent() }
            return await call.make(step)
        } catch {
            return RotationFailure(error)
        }
    }

    /// A pending value that somebody else than the rotation's own function has written.
    func stranger(_ claim: Claim) async throws -> RotationFailure? {
        guard claim.run.kind == .rotation, Rotation.native(claim.function, in: key.place, house) == nil else {
            return nil
        }
        let (place, name, token) = (key.place, key.id, claim.run.token)
        let row = try await house.store.read { try $0.version(place, name, token) }
        guard let writer = try row.map({ try VersionState($0) })?.writer,
            let role = try await house.functions.role(of: claim.function, house), role != writer
        else { return nil }
        return RotationFailure(
            RotationFailure.stranger,
            "Pending secret version \(token) for Secret \(claim.arn) was not created by Lambda \(claim.function). Remove the AWSPENDING staging label and restart rotation"
        )
    }
}

extension RotationFailure {
    /// Its words are AWS's own: they stand in the trail for themselves.
    static let stranger: Text = "PendingVersionNotOwn"

    /// Bytes of a function's words that are kept.
    private static let most = 1024

    init(_ error: any Error) {
        switch error {
        case let failure as RotationFailure: self = failure
        case let fault as Fault: self.init(fault.code, fault.message ?? "")
        default: self.init("InternalFailure", "The server's log says more.")
        }
    }

    /// A function's error as runtimes report it.
    init(payload: [UInt8]) {
        guard case .structure(let fields)? = try? JSON.parse(payload) else {
            self.init("Unhandled", "The function failed without saying why.")
            return
        }
        let message = fields.text("errorMessage") ?? ""
        self.init(
            fields.text("errorType") ?? "Unhandled",
            Text(decoding: message.bytes.prefix(Self.most)))
    }
}
