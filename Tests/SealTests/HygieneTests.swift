import Glibc
import Seal
import Testing

struct HygieneTests {
    @Test func hardeningHolds() async {
        await #expect(processExitsWith: .success) {
            guard !Hygiene.isHardened, Hygiene.harden(), Hygiene.isHardened else { exit(1) }
            var core = rlimit()
            unsafe getrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &core)
            exit(core.rlim_max == 0 ? 0 : 2)
        }
    }

    /// The loader is asked to list libraries and stop, so the new image ends with 0 before it runs any test of its own.
    @Test func reexecutionReplacesTheProgram() async {
        await #expect(processExitsWith: .exitCode(0)) {
            guard Hygiene.needsReexec else { exit(2) }
            unsafe setenv("LD_TRACE_LOADED_OBJECTS", "1", 1)
            Hygiene.reexecOnce()
            exit(1)
        }
    }

    @Test func reexecutionHappensOnce() async {
        await #expect(processExitsWith: .exitCode(7)) {
            unsafe setenv("LD_TRACE_LOADED_OBJECTS", "1", 1)
            unsafe setenv("UNDERCROFT_HARDENED", "1", 1)
            guard !Hygiene.needsReexec else { exit(2) }
            Hygiene.reexecOnce()
            exit(7)
        }
    }

    /// A variable longer than the kernel takes makes execve(2) fail.
    @Test func refusedReexecutionChangesNothing() async {
        await #expect(processExitsWith: .exitCode(7)) {
            unsafe setenv("UNDERCROFT_TEST_FILLER", String(repeating: "x", count: 200_000), 1)
            unsafe setenv("GLIBC_TUNABLES", "glibc.malloc.arena_max=3", 1)
            unsafe setenv("LD_TRACE_LOADED_OBJECTS", "1", 1)
            Hygiene.reexecOnce()
            guard Hygiene.needsReexec, let tunables = unsafe getenv("GLIBC_TUNABLES") else { exit(2) }
            exit(unsafe String(cString: tunables) == "glibc.malloc.arena_max=3" ? 7 : 3)
        }
    }

    /// A write past either end of guarded memory ends the process instead of reaching a neighbour.
    @Test func guardPagesStopRunaways() async {
        await #expect(processExitsWith: .signal(SIGSEGV)) {
            let secret = SecretBytes(guarded: [UInt8](repeating: 1, count: 8192))
            secret.reveal { span in
                unsafe span.withUnsafeBytes { bytes in
                    guard let start = bytes.baseAddress else { return }
                    signal(SIGSEGV, SIG_DFL)
                    unsafe UnsafeMutableRawPointer(mutating: start + 8192).storeBytes(of: 1, as: UInt8.self)
                }
            }
        }
    }
}
