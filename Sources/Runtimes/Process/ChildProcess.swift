internal import CSandbox
internal import Foundation
internal import Glibc
internal import Seal
internal import Synchronization

/// A running program, and whatever else is in its process group.
final class ChildProcess: Sendable {
    struct End: Sendable, Equatable {
        enum Reason: Sendable, Equatable {
            case exited(Int32)
            case signalled(Int32)
        }
        var reason: Reason
        /// The largest resident set, in bytes.
        var peak: Int64
    }

    let number: Int32
    /// After this its number may be another's.
    private let isOver = Mutex(false)

    /// On a thread that lives as long as the child may: the kernel kills the child with it. `onEnd` is called on another one.
    init(_ plan: SpawnPlan, input: Descriptor, output: Descriptor, onEnd: @escaping @Sendable (End) -> Void) throws {
        number = try Self.spawn(plan, [input, output, output] + plan.descriptors)
        let thread = Thread { [self] in onEnd(wait()) }
        thread.name = "child"
        thread.stackSize = 256 << 10
        thread.start()
    }

    /// The memory that it and its children have had at most, in bytes.
    var peak: Int64 {
        isOver.withLock { isOver in isOver ? 0 : up_peak(number) }
    }

    func kill() {
        isOver.withLock { isOver in
            if !isOver { up_kill(number) }
        }
    }

    private func wait() -> End {
        var (status, peak) = (Int32(0), Int64(0))
        // Waits without taking: until it is taken, its number is not given to anyone else.
        var info = unsafe siginfo_t()
        while unsafe waitid(P_PID, id_t(number), &info, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        isOver.withLock { isOver in
            // What it left behind in its group, which would hold its pipes open.
            up_kill(number)
            isOver = true
            _ = unsafe up_wait(number, &status, &peak)
        }
        let signal = status & 0x7F
        return End(reason: signal == 0 ? .exited(status >> 8 & 0xFF) : .signalled(signal), peak: peak)
    }

    private static func spawn(_ plan: SpawnPlan, _ descriptors: [Descriptor]) throws -> Int32 {
        let arguments = Array(plan.arguments.map { $0 + "\0" }.joined().utf8CString.dropLast())
        let stages = Array(plan.stages.map { $0 + "\0" }.joined().utf8CString.dropLast())
        let limits = plan.limits.map { up_limit(resource: $0.resource, value: $0.value) }
        let (numbers, groups) = (descriptors.map(\.number), plan.groups.map(\.number))
        var process: Int32 = 0
        let code = unsafe plan.path.withCString { path in
            unsafe plan.directory.withCString { directory in
                unsafe arguments.withUnsafeBufferPointer { arguments in
                    unsafe numbers.withUnsafeBufferPointer { numbers in
                        unsafe limits.withUnsafeBufferPointer { limits in
                            unsafe groups.withUnsafeBufferPointer { groups in
                                unsafe stages.withUnsafeBufferPointer { stages in
                                    plan.environment.reveal { environment in
                                        unsafe environment.withUnsafeBytes { environment in
                                            guard let words = arguments.baseAddress, let open = numbers.baseAddress
                                            else {
                                                return EINVAL
                                            }
                                            var raw = unsafe up_spawn_plan(
                                                path: path, arguments: words, arguments_count: arguments.count,
                                                environment: environment.baseAddress?.assumingMemoryBound(
                                                    to: CChar.self),
                                                environment_count: environment.count, directory: directory,
                                                descriptors: open, descriptor_count: numbers.count,
                                                limits: limits.baseAddress, limit_count: limits.count,
                                                groups: groups.baseAddress, group_count: groups.count,
                                                stages: stages.baseAddress, stages_count: stages.count,
                                                user: plan.user.map { Int64($0) } ?? -1)
                                            return unsafe up_spawn(&raw, &process)
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
        guard code == 0 else { throw SpawnFlaw(doing: "start \(plan.path)", code: code) }
        return process
    }
}
