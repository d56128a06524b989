internal import CPlatform

/// What a process that holds keys does to itself before it reads the first one.
package enum Hygiene {
    /// No core files, no reading of this process's memory by others of the same user, no new privileges. `false` when the
    /// kernel refused a part. (That freed memory is overwritten is the heap's own doing, see heap.c.)
    @discardableResult
    package static func harden() -> Bool { up_harden() == 1 }

    /// Read back from the kernel.
    package static var isHardened: Bool { up_is_hardened() == 1 }
}
