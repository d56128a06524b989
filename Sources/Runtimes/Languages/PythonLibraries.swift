internal import Bytes
internal import Foundation
internal import NIOCore
internal import Seal
internal import Services
internal import Synchronization

/// The packages that belong to Python's runtime: boto3. Fetched once, by pip, when a function first needs them.
final class PythonLibraries: Sendable {
    enum State {
        case unknown
        case fetching([CheckedContinuation<Void, Never>])
        case ready
        /// Why not, and until when nobody tries again.
        case missing(Text, until: Timestamp)
    }

    let folder: String
    private let packages: [String]
    private let loop: any EventLoop
    private let clock: Clock
    private let log: Log
    private let state = Mutex(State.unknown)

    init(folder: String, packages: [String], loop: any EventLoop, clock: Clock, log: Log) {
        self.folder = folder
        self.packages = packages
        self.loop = loop
        self.clock = clock
        self.log = log
    }

    private enum Turn { case fetch, wait, done(Text?) }

    /// `nil` once they are there; else what is wrong, in words for whoever reads the function's log.
    func trouble() async -> Text? {
        while true {
            let turn = state.withLock { state -> Turn in
                switch state {
                case .ready: return .done(nil)
                case .missing(let reason, let until) where clock.now() < until: return .done(reason)
                case .fetching: return .wait
                case .unknown, .missing:
                    state = .fetching([])
                    return .fetch
                }
            }
            switch turn {
            case .done(let trouble): return trouble
            case .wait: await fetched()
            case .fetch: finish(await fetch())
            }
        }
    }

    private func fetched() async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                guard case .fetching(let waiting) = state else { return true }
                state = .fetching(waiting + [continuation])
                return false
            }
            if isOver { continuation.resume() }
        }
    }

    private func finish(_ trouble: Text?) {
        if let trouble { log.warning(trouble) }
        let waiting = state.withLock { state in
            defer { state = trouble.map { .missing($0, until: clock.now() + 60_000) } ?? .ready }
            guard case .fetching(let waiting) = state else { return [CheckedContinuation<Void, Never>]() }
            return waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    private func fetch() async -> Text? {
        let files = FileManager.default
        guard !packages.isEmpty, !files.fileExists(atPath: folder) else { return nil }
        let names = packages.joined(separator: " ")
        log.info("fetching \(Text(names)) for functions in Python")
        let temporary = "\(folder).new"
        defer { try? files.removeItem(atPath: temporary) }
        do {
            try? files.removeItem(atPath: temporary)
            try files.createDirectory(
                atPath: temporary, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
            let result = try await Command(loop: loop).run(pip(into: temporary), seconds: 300)
            guard result.succeeded else {
                let lines = Text(decoding: result.output[...]).split(on: 0x0A).filter { !$0.isEmpty }
                let words = lines.last { $0.hasPrefix("ERROR") } ?? lines.last ?? "pip ended without a word"
                return "functions in Python have no \(Text(names)): \(words)"
            }
            await PythonCompiler(loop: loop).compile(temporary, shownAs: "/var/runtime")
            do { try files.moveItem(atPath: temporary, toPath: folder) } catch {
                // Another server that shares the folder was faster.
                guard files.fileExists(atPath: folder) else { throw error }
            }
            return nil
        } catch { return "functions in Python have no \(Text(names)): \(Text("\(error)"))" }
    }

    private func pip(into target: String) -> SpawnPlan {
        var block = ByteBuilder()
        for (name, value) in ProcessInfo.processInfo.environment where Self.isForPip(name) {
            block.append("\(name)=\(value)\0")
        }
        return SpawnPlan(
            path: "/usr/bin/python3",
            arguments: [
                "/usr/bin/python3", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input",
                "--no-compile", "--only-binary", ":all:", "--target", target,
            ] + packages,
            environment: SecretBytes(taking: &block.bytes),
            limits: SpawnPlan.limit(files: 1024, fileBytes: 1 << 30, data: nil, processes: nil))
    }

    /// Where the index is and how to reach it.
    private static func isForPip(_ name: String) -> Bool {
        ["HOME", "PATH", "LANG", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"].contains(name)
            || name.hasPrefix("PIP_") || name.uppercased().hasSuffix("_PROXY")
    }
}
