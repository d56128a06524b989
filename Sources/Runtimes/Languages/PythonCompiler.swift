internal import Bytes
internal import Foundation
internal import NIOCore
internal import Seal

/// Compiles Python's sources where they can still be written: a function finds them read-only and would compile them at each
/// start.
struct PythonCompiler: Sendable {
    let loop: any EventLoop

    /// Sources that do not compile are the function's own trouble, which it reports when it imports them.
    func compile(_ folder: String, shownAs place: String) async {
        let plan = SpawnPlan(
            path: "/usr/bin/python3",
            arguments: [
                "/usr/bin/python3", "-I", "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", "-s",
                folder,
                "-p", place, folder,
            ],
            environment: SecretBytes(Array("PATH=/usr/bin:/bin\0LANG=C.UTF-8\0".utf8)), directory: folder,
            limits: SpawnPlan.limit(files: 256, fileBytes: 64 << 20, data: 1 << 30, processes: nil))
        _ = try? await Command(loop: loop).run(plan, seconds: 120)
    }
}
