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
