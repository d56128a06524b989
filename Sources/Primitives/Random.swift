internal import CPlatform

/// The kernel's generator, asked each time: no state of ours that a fork or a cloned machine could repeat.
package enum Random {
    package static func bytes(_ count: Int) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: count) { target, filled in
            unsafe fill(UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(target)[..<count]))
            filled = count
        }
    }

    @unsafe package static func fill(_ target: UnsafeMutableRawBufferPointer) {
        // getrandom(2) fails only for a bad address or a kernel older than 3.17: nothing may be sealed then.
        let filled = unsafe up_random(target.baseAddress, target.count)
        precondition(filled == 1, "the kernel gives no random bytes")
    }
}
