internal import Bytes
internal import Policy
internal import Seal
internal import Store
internal import Wire

/// One run of a function, whoever asked for it.
struct FunctionRun: Sendable {
    let house: House
    let reference: FunctionReference
    let configuration: FunctionConfiguration
    let reserved: Int64?
    /// Seconds that it has where its configuration does not say.
    private let patience: Int64

    /// Chooses among an alias's versions.
    init(
        _ target: FunctionTarget, _ reference: FunctionReference, _ house: House,
        patience: Int64 = FunctionConfiguration.defaultTimeout
    ) async throws {
        (self.house, self.reference, reserved) = (house, reference, target.function.concurrency)
        self.patience = patience
        switch target {
        case .latest(let function): configuration = function.latest
        case .version(_, let version): configuration = version.configuration
        case .alias(let function, let alias):
            let version = alias.choose(house.chance)
            guard let number = FunctionReference.number(version) else {
                configuration = function.latest
                return
            }
            let item = try await house.store.read { try $0.item(reference.versionKey(number)) }
            guard let item else { throw Fault.noFunction("\(reference.arn):\(version)") }
            configuration = try FunctionVersion(item).configuration
        }
    }

    /// - Parameters:
    ///   - requestID: also in the function's log.
    ///   - payload: JSON.
    func run(_ requestID: Text, _ payload: [UInt8], _ context: [UInt8]? = nil) async throws -> FunctionOutcome {
        guard house.functionTraffic.enter(reference.arn, reserved: reserved) else { throw Fault.functionThrottled }
        let began = house.clock.monotonic()
        var end = FunctionOutcome.End.unavailable("")
        defer { house.functionTraffic.leave(reference.arn, end, nanoseconds: house.clock.monotonic() &- began) }
        let invocation = FunctionInvocation(
            requestID: requestID, image: try image(), invokedARN: reference.qualifiedARN, payload: payload,
            clientContext: context)
        let outcome = await house.runner.run(invocation)
        end = outcome.end
        if case .unavailable(let why) = outcome.end {
            house.log.error("request \(requestID): \(reference.qualifiedARN) was not run: \(why)")
        }
        // A log that can't be kept does not undo what the function did.
        do {
            try await LogWriter(house: house, place: reference.place).write(outcome, of: reference.name, requestID)
        } catch {
            house.log.error("request \(requestID): the log of \(reference.arn) was not stored: \(type(of: error))")
        }
        return outcome
    }

    private func image() throws -> FunctionImage {
        let (house, reference, configuration) = (house, reference, configuration)
        return FunctionImage(
            place: reference.place, arn: reference.arn, name: reference.name, version: configuration.version,
            revision: "\(configuration.build)/\(configuration.version)", runtime: configuration.runtime,
            handler: configuration.handler, memoryMegabytes: Int(configuration.memory),
            timeoutSeconds: Int(configuration.timeout ?? patience), storageMegabytes: Int(configuration.storage),
            variables: try FunctionEnvironment.variables(configuration.environment, reference, house.root),
            codeDigest: configuration.codeDigest,
            code: { try await FunctionCode.load(configuration.codeDigest, in: reference.place, house.store) },
            credentials: { try await FunctionSession.credentials(configuration.role, reference, house) })
    }
}

extension FunctionAlias {
    /// One of its versions, by their shares.
    func choose(_ chance: Chance) -> Text {
        var draw = Double(chance.number(below: 65_536)) / 65_536
        for (version, share) in weights {
            if draw < share { return version }
            draw -= share
        }
        return version
    }
}

/// The credentials that a function runs with: a session of its role, as AssumeRole would make it.
enum FunctionSession {
    private static let seconds: Int64 = 3600

    static func credentials(
        _ role: Text, _ reference: FunctionReference, _ house: House
    ) async throws -> FunctionCredentials {
        let passed = try await house.seeing { try PassedRole(function: role, $0) }
        guard passed.isTrusting(reference), let state = passed.state else { throw Fault.roleNotAssumable }
        let now = house.clock.now()
        let session = Session(
            kind: .role, account: passed.account, entity: state.name.asciiLowercased, entityID: state.id,
            name: Text(String(reference.name.string.prefix(64))), issued: now,
            expires: now + min(seconds, state.maxSession) * 1000)
        let id = Founding.identifier("ASIA", house.chance)
        let secret = Founding.secretAccessKey(house.chance)
        let token = SessionTokens.issue(session, accessKeyID: id, secret: secret, root: house.root)
        return FunctionCredentials(
            accessKeyID: id, secretAccessKey: secret, sessionToken: SecretBytes(token.bytes), expires: session.expires)
    }
}

extension House {
    /// Runs work over rows outside of any call, bringing what is not at hand.
    func seeing<T>(_ body: (View) throws -> T) async throws -> T {
        var view = View(cache: store.cache)
        while true {
            do { return try body(view) } catch let detour as Detour { view.add(try await detour.bring(self)) }
        }
    }
}
