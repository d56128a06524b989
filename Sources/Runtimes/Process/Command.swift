internal import NIOCore
internal import Seal

/// A program that runs to its end, then shows what it wrote.
struct Command: Sendable {
    struct Result: Sendable {
        var end: ChildProcess.End.Reason
        /// Standard output and error; at most the first 64 KB.
        var output: [UInt8]

        var succeeded: Bool { end == .exited(0) }
    }

    let loop: any EventLoop

    func run(_ plan: SpawnPlan, seconds: Int64) async throws -> Result {
        // A file rather than a pipe: nobody needs to read meanwhile.
        let output = try Descriptor.memory(SecretBytes([]))
        let input = try Descriptor.file("/dev/null")
        let end: ChildProcess.End = try await withCheckedThrowingContinuation { continuation in
            loop.execute { [loop] in
                do {
                    let child = try ChildProcess(plan, input: input, output: output) {
                        continuation.resume(returning: $0)
                    }
                    // Once it has ended, this does nothing.
                    loop.scheduleTask(in: .seconds(seconds)) { child.kill() }
                } catch { continuation.resume(throwing: error) }
            }
        }
        return Result(end: end.reason, output: output.content(limit: 64 << 10))
    }
}
