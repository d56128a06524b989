internal import Bytes
internal import Foundation
internal import NIOCore
internal import Seal
internal import Services

/// Starts environments: code, credentials, a Runtime API, and a process that knows all of it.
struct Starter: Sendable {
    let loop: any EventLoop
    let isolation: Isolation
    let folders: Folders
    let code: CodeFolder
    let libraries: PythonLibraries
    let options: Options
    let endpoint: @Sendable () -> Text
    let clock: Clock
    let chance: Chance
    let running = Running()

    func start(_ image: FunctionImage, _ number: Int, onEnd: @escaping @Sendable (Int) -> Void) async throws
        -> Environment
    {
        if case .missing(let reason) = isolation.means { throw Refusal(reason) }
        let interpreter = try Interpreter(image.runtime, megabytes: image.memoryMegabytes)
        let trouble = interpreter.language == .python ? await libraries.trouble() : nil
        let task = try await code.take(image.codeDigest, code: image.code)
        var isStarted = false
        defer { if !isStarted { code.giveBack(image.codeDigest) } }
        let logStream = logStream(image.version)
        if interpreter.language == .provided, !FileManager.default.isExecutableFile(atPath: "\(task)/bootstrap") {
            throw InvalidEntrypoint(logStream: logStream)
        }
        let credentials = try await image.credentials()
        let (reader, writer) = try Descriptor.pipe()
        let group = try isolation.groups?.make(
            "undercroft-\(getpid())-\(isolation.groups?.tag ?? "")-\(number)",
            megabytes: image.memoryMegabytes + image.storageMegabytes + 32,
            processes: Self.processes)
        let environment = Environment(
            loop: loop, clock: clock, version: image.version, logStream: logStream,
            expires: credentials.expires, user: user(number), output: reader
        ) { [code, running] in
            withExtendedLifetime(group) {}
            code.giveBack(image.codeDigest)
            running.leave()
            onEnd(number)
        }
        do {
            let address = try await environment.listen()
            let plan = try self.plan(image, interpreter, credentials, environment, number, task, address, group)
            var line: Text = "INIT_START Runtime Version: \(interpreter.shown)"
            if interpreter.language == .python, interpreter.shown != image.runtime {
                line = "\(line), as \(image.runtime) is not installed here"
            }
            if let trouble { line = "\(line); \(trouble)" }
            running.enter()
            do { try await environment.start(plan, into: writer, announcing: line) } catch {
                running.leave()
                throw error
            }
            isStarted = true
        } catch {
            environment.end()
            throw error
        }
        return environment
    }

    static let processes = 1024

    /// Within the sandbox's own user namespace, in which they are counted apart.
    private static func limited(_ command: [String]) -> [String] {
        let tool = "/usr/bin/prlimit"
        guard FileManager.default.isExecutableFile(atPath: tool) else { return command }
        return [tool, "--nproc=\(processes)"] + command
    }

    private func user(_ number: Int) -> UInt32? {
        guard case .bubblewrap(let bubblewrap) = isolation.means else { return nil }
        return bubblewrap.apart(number).ownUser
    }

    private func plan(
        _ image: FunctionImage, _ interpreter: Interpreter, _ credentials: FunctionCredentials,
        _ environment: Environment, _ number: Int, _ task: String, _ address: Text, _ group: ControlGroups.Group?
    ) throws -> SpawnPlan {
        var isApart = false
        if case .bubblewrap = isolation.means { isApart = true }
        let places = Variables.Places(
            task: isApart ? "/var/task" : Text(task), runtime: isApart ? "/var/runtime" : Text(libraries.folder),
            temporary: "/tmp")
        let variables = try Variables(
            image, interpreter.language, credentials, places, address: address, endpoint: endpoint(),
            logStream: environment.logStream, hasOwnAuthorities: options.certificates != nil && isApart
        )
        .checked()
        let command = interpreter.command(
            bootstraps: isApart ? "/var/rapid" : folders.bootstraps, task: places.task.string)
        let overhead = interpreter.language == .node ? 512 : 64
        let data = UInt64(image.memoryMegabytes + overhead) << 20
        guard case .bubblewrap(let any) = isolation.means else {
            return SpawnPlan(
                path: command[0], arguments: command, environment: variables.block, directory: task,
                limits: SpawnPlan.limit(files: 1024, fileBytes: 1 << 30, data: data, processes: nil),
                groups: group?.entrances ?? [])
        }
        let bubblewrap = any.apart(number)
        let cell = Bubblewrap.Cell(
            mounts: mounts(task, interpreter), certificates: try certificates(), variables: variables.all,
            storageMegabytes: image.storageMegabytes, directory: "/var/task",
            command: bubblewrap.user == nil ? Self.limited(command) : command)
        // Processes are counted for each user: only one of its own can be held to a number from outside.
        let processes = bubblewrap.user == nil ? nil : UInt64(Self.processes)
        let limits = SpawnPlan.limit(
            files: 1024, fileBytes: UInt64(image.storageMegabytes) << 20, data: data, processes: processes)
        return try bubblewrap.plan(cell, limits: limits, groups: group?.entrances ?? [])
    }

    private func mounts(_ task: String, _ interpreter: Interpreter) -> Mounts {
        var mounts = [Mounts.Mount(source: task, path: "/var/task")]
        if interpreter.language != .provided {
            mounts.append(Mounts.Mount(source: folders.bootstraps, path: "/var/rapid"))
        }
        if interpreter.language == .python, FileManager.default.fileExists(atPath: libraries.folder) {
            mounts.append(Mounts.Mount(source: libraries.folder, path: "/var/runtime"))
        }
        return Mounts(folders: mounts, hidden: folders.path.hasPrefix("/usr/") ? [folders.parent] : [])
    }

    private func certificates() throws -> [UInt8] {
        if let path = options.certificates { return Array(try Data(contentsOf: URL(fileURLWithPath: path))) }
        for path in ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"] {
            if let data = try? Data(contentsOf: URL(fileURLWithPath: path)) { return Array(data) }
        }
        return []
    }

    /// `YYYY/MM/DD/[VERSION]` and 32 digits.
    private func logStream(_ version: Text) -> Text {
        let day = clock.now().iso8601.split(on: 0x54)[0].split(on: 0x2D).map(\.string).joined(separator: "/")
        return "\(Text(day))/[\(version)]\(Hex.encode(chance.bytes(16)))"
    }
}
