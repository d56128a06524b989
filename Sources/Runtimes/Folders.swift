internal import Foundation

/// Where a runner keeps what it makes.
struct Folders: Sendable {
    let path: String
    /// The server's own, as a rule.
    var parent: String { URL(fileURLWithPath: path).deletingLastPathComponent().path }
    var code: String { "\(path)/code" }
    var runtime: String { "\(path)/runtime" }
    var bootstraps: String { "\(path)/runtime/bootstraps" }

    init(path: String) throws {
        self.path = Mounts.resolved(path)
        let files = FileManager.default
        // Nobody else comes in; what is below is as functions see it, who are shown it elsewhere.
        try files.createDirectory(atPath: self.path, withIntermediateDirectories: true)
        try files.setAttributes([.posixPermissions: 0o700], ofItemAtPath: self.path)
        for folder in [runtime, bootstraps] {
            try files.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
        }
        for (name, source) in [("bootstrap.py", PythonBootstrap.source), ("bootstrap.mjs", NodeBootstrap.source)] {
            let file = "\(bootstraps)/\(name)"
            try source.write(toFile: file, atomically: true, encoding: .utf8)
            try files.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file)
        }
    }
}
