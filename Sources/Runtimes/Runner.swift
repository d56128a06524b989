package import Bytes
internal import Foundation
internal import NIOCore
internal import NIOPosix
package import Services

/// Runs functions in subprocesses, each behind a Runtime API of its own.
package final class Runner: FunctionRunner {
    let pool: Pool
    let starter: Starter
    private let group: MultiThreadedEventLoopGroup
    private let clock: Clock
    private let chance: Chance

    /// - Parameters:
    ///   - folder: for code and bootstraps; made if it is not there.
    ///   - endpoint: the server's own URL, asked for when an environment starts.
    package static func start(
        folder: String, endpoint: @escaping @Sendable () -> Text, options: Options = Options(), clock: Clock,
        chance: Chance, log: Log
    ) async throws -> Runner {
        // One thread: each process is a child of it, and each turn of it is short.
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            let loop = group.next()
            let folders = try Folders(path: folder)
            let isolation = await Isolation.find(
                options.isolation, loop, scratch: folders.bootstraps, tag: Hex.encode(chance.bytes(4)))
            let libraries = PythonLibraries(
                folder: options.libraries ?? "\(folders.runtime)/python", packages: options.pythonPackages, loop: loop,
                clock: clock, log: log)
            let code = try CodeFolder(
                path: folders.code, limits: options.zip, compiler: PythonCompiler(loop: loop))
            let starter = Starter(
                loop: loop, isolation: isolation, folders: folders, code: code, libraries: libraries, options: options,
                endpoint: endpoint, clock: clock, chance: chance)
            return Runner(group, Pool(options: options, loop: loop, clock: clock), starter, clock, chance)
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
    }

    private init(
        _ group: MultiThreadedEventLoopGroup, _ pool: Pool, _ starter: Starter, _ clock: Clock, _ chance: Chance
    ) {
        self.group = group
        self.pool = pool
        self.starter = starter
        self.clock = clock
        self.chance = chance
    }

    /// Ends every environment, whatever it is doing.
    package func stop() async {
        pool.close()
        // Their ends are still to be heard.
        await starter.running.none()
        ControlGroups.tidy()
        for _ in 0..<20 where !ControlGroups.isTidy {
            try? await group.next().scheduleTask(in: .milliseconds(5), ControlGroups.tidy).futureResult.get()
        }
        try? await group.shutdownGracefully()
    }

    package var isolation: Text? { starter.isolation.text }

    /// How many there are, starting, busy or idle; for `/metrics`.
    package var environments: Int { pool.count }

    package func retire(_ function: Text) async { pool.retire { $0.function == function } }

    package func flaw(in code: [UInt8]) -> CodeFlaw? {
        let limits = starter.options.zip
        do throws(ZipFlaw) {
            return try ZipArchive(code, limits: limits).entries.isEmpty ? .empty : nil
        } catch { return error.isTooLarge ? .tooLarge(limit: limits.bytes) : .unreadable }
    }

    package func prepare(_ runtime: Text) async {
        guard runtime.hasPrefix("python") else { return }
        _ = await starter.libraries.trouble()
    }

    package func run(_ invocation: FunctionInvocation) async -> FunctionOutcome {
        do { return try await attempt(invocation) } catch let flaw as InvalidEntrypoint {
            let outcomes = Outcomes(image: invocation.image, requestID: invocation.requestID, now: clock.now())
            return outcomes.outcome(flaw)
        } catch {
            return FunctionOutcome(end: .unavailable(Text("\(error)")), payload: [])
        }
    }

    private func attempt(_ invocation: FunctionInvocation) async throws -> FunctionOutcome {
        let image = invocation.image
        let key = Pool.Key(function: image.arn, version: image.version, revision: image.revision)
        let delivery = Delivery(
            requestID: invocation.requestID, functionARN: invocation.invokedARN, payload: invocation.payload,
            clientContext: invocation.clientContext, traceID: traceID(), timeoutSeconds: image.timeoutSeconds)
        while true {
            // The credentials outlast the invocation, with a margin for clocks.
            let needed = clock.now() + Int64(image.timeoutSeconds + 60) * 1000
            let (number, environment) = try await pool.take(key, until: needed, seconds: Int64(image.timeoutSeconds)) {
                try await starter.start(image, $0, onEnd: { [pool] number in pool.drop(number) })
            }
            let verdict = await environment.invoke(delivery)
            switch verdict.end {
            case .answered: pool.giveBack(number)
            case .notDelivered:
                pool.drop(number)
                continue
            case .crashed, .timedOut: pool.drop(number)
            }
            return Outcomes(image: image, requestID: invocation.requestID, now: clock.now())
                .outcome(verdict, environment.logStream)
        }
    }

    /// As X-Ray writes them; nobody samples.
    private func traceID() -> Text {
        let seconds = UInt32(truncatingIfNeeded: clock.now().seconds)
        let bytes = chance.bytes(20)
        var time = ByteBuilder(capacity: 8)
        time.append(hexWord: seconds)
        let (root, parent) = (Hex.encode(Array(bytes[..<12])), Hex.encode(Array(bytes[12...])))
        return "Root=1-\(Text(decoding: time.bytes[...]))-\(root);Parent=\(parent);Sampled=0"
    }
}
