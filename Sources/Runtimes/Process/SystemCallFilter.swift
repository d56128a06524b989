internal import CSandbox
internal import Seal

/// The seccomp program of the sandbox.
enum SystemCallFilter {
    /// As bubblewrap reads it; `nil` on a machine for which there is none.
    static let program: SecretBytes? = {
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
            unsafe count = buffer.baseAddress.map { unsafe up_filter($0, 4096) } ?? 0
        }
        return bytes.isEmpty ? nil : SecretBytes(bytes)
    }()
}
