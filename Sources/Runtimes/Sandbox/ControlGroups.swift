internal import Bytes
internal import Foundation
internal import Synchronization

/// Control groups of ours below the server's own, where the system lets us make any: of version 1, or of version 2 if they are
/// delegated to us.
struct ControlGroups: Sendable {
    /// Folders in which a group for memory or processes can be made.
    private let memory: String
    private let processes: String
    private let isUnified: Bool
    /// Of this runner: there may be others in the same process.
    let tag: Text

    /// One environment's; removed with its last holder, when its processes are gone.
    final class Group: Sendable {
        fileprivate let folders: [String]
        let entrances: [Descriptor]

        fileprivate init(folders: [String]) throws {
            self.folders = folders
            entrances = try folders.map { try Descriptor.writing("\($0)/cgroup.procs") }
        }

        deinit { ControlGroups.leave(folders) }
    }

    /// Groups whose last processes were still about to end when nobody needed them any more.
    private static let leftovers = Mutex<[String]>([])

    private static func leave(_ folders: [String]) {
        leftovers.withLock { leftovers in leftovers = (leftovers + folders).filter { !SystemFolder.remove($0) } }
    }

    /// Removes what could not be removed before.
    static func tidy() { leave([]) }

    static var isTidy: Bool { leftovers.withLock { $0.isEmpty } }

    /// What servers left behind that ended without tidying.
    private static func removeStale(in folder: String) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
            let parts = name.split(separator: "-")
            guard parts.count >= 2, parts[0] == "undercroft", let process = Int32(parts[1]),
                !FileManager.default.fileExists(atPath: "/proc/\(process)")
            else { continue }
            _ = SystemFolder.remove("\(folder)/\(name)")
        }
    }

    static func find(tag: Text) -> ControlGroups? {
        guard let own = try? String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8) else { return nil }
        var found: [Substring: String] = [:]
        for line in own.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { continue }
            let path = parts[2] == "/" ? "" : String(parts[2])
            for controller in parts[1].split(separator: ",") {
                found[controller] = "/sys/fs/cgroup/\(controller)\(path)"
            }
            if parts[1].isEmpty { found["unified"] = "/sys/fs/cgroup\(path)" }
        }
        let candidates = [
            found["memory"].flatMap { memory in
                found["pids"].map { ControlGroups(memory: memory, processes: $0, isUnified: false, tag: tag) }
            },
            found["unified"].map { ControlGroups(memory: $0, processes: $0, isUnified: true, tag: tag) },
        ]
        return candidates.compactMap { $0 }.first { groups in
            for folder in [groups.memory, groups.processes] { removeStale(in: folder) }
            return (try? groups.make("undercroft-\(getpid())-probe-\(groups.tag)", megabytes: 64, processes: 64)) != nil
        }
    }

    func make(_ name: String, megabytes: Int, processes most: Int) throws -> Group {
        Self.tidy()
        let folders = isUnified ? ["\(memory)/\(name)"] : ["\(memory)/\(name)", "\(processes)/\(name)"]
        for folder in folders { try SystemFolder.make(folder) }
        let group = try Group(folders: folders)
        let bytes = "\(megabytes << 20)"
        try write(bytes, isUnified ? "\(folders[0])/memory.max" : "\(folders[0])/memory.limit_in_bytes")
        // Swap would make the limit soft; not every kernel counts it.
        try? write(isUnified ? "0" : bytes, "\(folders[0])/memory.\(isUnified ? "swap.max" : "memsw.limit_in_bytes")")
        try write("\(most)", "\(folders[folders.count - 1])/pids.max")
        return group
    }

    private func write(_ text: String, _ path: String) throws {
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        defer { try? file.close() }
        try file.write(contentsOf: Data(text.utf8))
    }
}
