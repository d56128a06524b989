internal import Bytes
internal import Foundation
internal import NIOCore
internal import Seal

/// What keeps functions from the host: found out by trying it, once.
struct Isolation: Sendable {
    enum Means: Sendable {
        case bubblewrap(Bubblewrap)
        case none
        /// Nothing runs; in words for the operator.
        case missing(Text)
    }

    let means: Means
    let groups: ControlGroups?

    static func find(
        _ wanted: Options.Isolation, _ loop: any EventLoop, scratch: String, tag: Text
    ) async -> Isolation {
        guard wanted == .bubblewrap else { return Isolation(means: .none, groups: ControlGroups.find(tag: tag)) }
        guard let path = Bubblewrap.candidates.first(where: FileManager.default.isExecutableFile) else {
            return Isolation(
                means: .missing(
                    "bubblewrap is not installed: install the package bubblewrap, or run functions without isolation by the setting functions-isolation: none"
                ), groups: nil)
        }
        var words: Text = ""
        for user in users {
            let bubblewrap = Bubblewrap(path: path, user: user)
            guard let trouble = await trouble(with: bubblewrap, loop, scratch) else {
                return Isolation(means: .bubblewrap(bubblewrap), groups: ControlGroups.find(tag: tag))
            }
            words = trouble
        }
        return Isolation(
            means: .missing(
                "bubblewrap can't make a sandbox here (\(words)): allow unprivileged user namespaces (sysctl user.max_user_namespaces, kernel.apparmor_restrict_unprivileged_userns), or run functions without isolation by the setting functions-isolation: none"
            ), groups: nil)
    }

    /// A container may have no such user, but nobody.
    private static var users: [UInt32?] { geteuid() == 0 ? [Bubblewrap.firstUser, 65_534, nil] : [nil] }

    /// The same sandbox as a function's, around a program that does nothing.
    private static func trouble(with bubblewrap: Bubblewrap, _ loop: any EventLoop, _ scratch: String) async -> Text? {
        do {
            let cell = Bubblewrap.Cell(
                mounts: Mounts(folders: [Mounts.Mount(source: scratch, path: "/var/task")], hidden: []),
                certificates: [], variables: [], storageMegabytes: 1, directory: "/var/task", command: ["/bin/true"])
            let limits = SpawnPlan.limit(files: 64, fileBytes: 1 << 20, data: nil, processes: nil)
            let result = try await Command(loop: loop).run(
                bubblewrap.plan(cell, limits: limits, groups: []), seconds: 10)
            guard !result.succeeded else { return nil }
            let lines = Text(decoding: result.output[...]).split(on: 0x0A).filter { !$0.isEmpty }
            return lines.last ?? "it ended without a word"
        } catch { return "\(error)" }
    }

    /// For `/health`; `nil` if nothing runs.
    var text: Text? {
        let limits: Text = groups == nil ? "rlimits" : "rlimits, control groups for memory and processes"
        switch means {
        case .missing: return nil
        case .none: return "none: functions run as the server's user and see its files; \(limits)"
        case .bubblewrap(let bubblewrap):
            let user: Text = bubblewrap.user == nil ? "the server's user outside" : "a user of their own"
            let filter: Text = SystemCallFilter.program == nil ? "no seccomp on this machine" : "seccomp"
            return
                "bubblewrap: own mount, user, pid, ipc and uts namespaces, no capabilities, \(filter), \(user), \(limits); the host's network"
        }
    }
}
