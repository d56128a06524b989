internal import Bytes
internal import Foundation

/// What runs the code of a runtime.
struct Interpreter: Sendable {
    enum Language: Sendable { case python, node, provided }

    let language: Language
    /// The program and what comes before the bootstrap; empty for `provided`, whose program is in the code.
    let program: [String]
    /// What really runs, for the log.
    let shown: Text

    /// - Parameter megabytes: the function's memory.
    init(_ runtime: Text, megabytes: Int) throws(Refusal) {
        if let version = runtime.dropping("python3.") {
            let exact = "/usr/bin/python3.\(version)"
            let path = FileManager.default.isExecutableFile(atPath: exact) ? exact : "/usr/bin/python3"
            guard FileManager.default.isExecutableFile(atPath: path) else {
                throw Refusal("the runtime \(runtime) needs Python: install the package python3")
            }
            language = .python
            program = [path, "-u"]
            shown = Text(Mounts.resolved(path).split(separator: "/").last.map(String.init) ?? "python3")
        } else if runtime.hasPrefix("nodejs") {
            guard FileManager.default.isExecutableFile(atPath: "/usr/bin/node") else {
                throw Refusal("the runtime \(runtime) needs Node: install the package nodejs")
            }
            language = .node
            program = ["/usr/bin/node", "--max-old-space-size=\(max(32, megabytes * 9 / 10))"]
            shown = "the system's node"
        } else if runtime.hasPrefix("provided") {
            language = .provided
            program = []
            shown = runtime
        } else {
            throw Refusal(
                "the runtime \(runtime) can't be run here: python3.*, nodejs* and provided* can")
        }
    }

    /// `/var/rapid` and `/var/task` as the function finds them.
    func command(bootstraps: String, task: String) -> [String] {
        switch language {
        case .python: program + ["\(bootstraps)/bootstrap.py"]
        case .node: program + ["\(bootstraps)/bootstrap.mjs"]
        case .provided: ["\(task)/bootstrap"]
        }
    }
}

/// A function of the runtimes `provided*` whose code has no program to run: the function's own trouble.
struct InvalidEntrypoint: Error {
    let logStream: Text
}

/// Why nothing was run, in words for the operator.
struct Refusal: Error, CustomStringConvertible {
    let reason: Text

    init(_ reason: Text) { self.reason = reason }

    var description: String { reason.string }
}
