internal import Bytes
internal import Foundation
internal import Synchronization

/// The unpacked code of functions, a folder for each digest.
final class CodeFolder: Sendable {
    struct State {
        var uses: [Text: Int] = [:]
        /// The most recently used is last.
        var order: [Text] = []
        /// Of attempts to unpack, for the names of temporary folders.
        var count = 0
    }

    /// Unpacked code that nobody uses is kept as long as it is among this many.
    static let kept = 32

    private let path: String
    private let limits: ZipLimits
    private let compiler: PythonCompiler
    private let state = Mutex(State())

    init(path: String, limits: ZipLimits, compiler: PythonCompiler) throws {
        self.path = path
        self.limits = limits
        self.compiler = compiler
        try Self.prepare(path)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        state.withLock { $0.order = names.filter { $0.utf8.count == 64 }.map { Text($0) } }
    }

    /// What was unpacked before the system last started may not have reached the disk: it is unpacked again.
    private static func prepare(_ path: String) throws {
        let files = FileManager.default
        try files.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
        let boot = (try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)) ?? ""
        let mark = "\(path)/boot"
        let known = try? String(contentsOfFile: mark, encoding: .utf8)
        for name in try files.contentsOfDirectory(atPath: path) where known != boot || name.hasSuffix(".new") {
            try files.removeItem(atPath: "\(path)/\(name)")
        }
        try boot.write(toFile: mark, atomically: true, encoding: .utf8)
    }

    /// The folder of `digest`, which stays until it is given back as often as it was taken.
    func take(_ digest: Text, code: @Sendable () async throws -> [UInt8]) async throws -> String {
        guard digest.utf8.count == 64, digest.utf8.allSatisfy({ Hex.value(of: $0) != nil }) else {
            throw Refusal("\(digest) is not the digest of a function's code")
        }
        state.withLock { $0.uses[digest, default: 0] += 1 }
        let folder = "\(path)/\(digest)"
        do {
            if !FileManager.default.fileExists(atPath: folder) { try await unpack(digest, to: folder, code()) }
        } catch {
            giveBack(digest)
            throw error
        }
        for leftover in tidy(digest) { try? FileManager.default.removeItem(atPath: leftover) }
        return folder
    }

    /// Puts aside, under the lock, what is unused and has not been used for longest: who asks for it now unpacks it again.
    private func tidy(_ digest: Text) -> [String] {
        state.withLock { state in
            state.order.removeAll { $0 == digest }
            state.order.append(digest)
            let idle = state.order.filter { state.uses[$0] == nil }.prefix(max(0, state.order.count - Self.kept))
            state.order.removeAll { idle.contains($0) }
            return idle.compactMap { digest in
                state.count += 1
                let aside = "\(path)/\(digest).\(state.count).new"
                guard (try? FileManager.default.moveItem(atPath: "\(path)/\(digest)", toPath: aside)) != nil else {
                    return nil
                }
                return aside
            }
        }
    }

    func giveBack(_ digest: Text) {
        state.withLock { state in
            let left = (state.uses[digest] ?? 1) - 1
            state.uses[digest] = left > 0 ? left : nil
        }
    }

    private func unpack(_ digest: Text, to folder: String, _ bytes: [UInt8]) async throws {
        let number = state.withLock { state in
            state.count += 1
            return state.count
        }
        let temporary = "\(folder).\(number).new"
        let files = FileManager.default
        defer { try? files.removeItem(atPath: temporary) }
        try files.createDirectory(
            atPath: temporary, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
        let archive = try ZipArchive(bytes, limits: limits)
        try archive.unpack(to: temporary)
        if archive.hasPython { await compiler.compile(temporary, shownAs: "/var/task") }
        do { try files.moveItem(atPath: temporary, toPath: folder) } catch {
            // Another invocation was faster.
            guard files.fileExists(atPath: folder) else { throw error }
        }
    }
}

extension ZipArchive {
    fileprivate var hasPython: Bool {
        entries.contains { $0.path.last?.string.utf8.suffix(3).elementsEqual(".py".utf8) ?? false }
    }
}
