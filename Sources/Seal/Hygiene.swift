internal import CPlatform
internal import Glibc

/// What a process that holds keys does to itself before it reads the first one.
package enum Hygiene {
    private static let guardName = "UNDERCROFT_HARDENED"

    // Measured: Swift's heap keeps stray copies of secrets in freed memory. Overwriting on free removes them, but only
    // with the thread cache off, which otherwise takes freed blocks before they are overwritten.
    private static let tunables = "glibc.malloc.tcache_count=0:glibc.malloc.perturb=165"

    /// No core files, no reading of this process's memory by others of the same user, no new privileges. Execution of
    /// another program image undoes part of it: call it after ``reexecOnce()``. `false` when the kernel refused a part.
    @discardableResult
    package static func harden() -> Bool { up_harden() == 1 }

    /// Read back from the kernel.
    package static var isHardened: Bool { up_is_hardened() == 1 }

    package static var needsReexec: Bool { unsafe getenv(guardName) == nil }

    /// Starts this program anew in the same process, with freed memory overwritten. The first thing `main` does, before
    /// there are threads. Returns when it was done before, or when the system refuses.
    package static func reexecOnce() {
        guard needsReexec else { return }
        unsafe up_reexec(guardName, tunables)
    }
}
