internal import CPlatform

/// What stands before a secret's bytes.
@safe
struct SecretHeader {
    let count: Int
    /// Where the bytes are when they are not behind this header: a slot of the guarded arena.
    let slot: UnsafeMutableRawPointer?
}

/// Header and bytes in one allocation; the bytes are wiped, wherever they are, when the last reference goes.
@safe
final class SecretStorage: ManagedBuffer<SecretHeader, UInt8> {
    static func make(count: Int, guarded: Bool) -> ManagedBuffer<SecretHeader, UInt8> {
        let isGuarded = guarded && count > 0
        return SecretStorage.create(minimumCapacity: isGuarded ? 0 : count) { _ in
            guard isGuarded else { return unsafe SecretHeader(count: count, slot: nil) }
            guard let slot = unsafe up_arena_take(count) else { preconditionFailure("no memory for a key") }
            return unsafe SecretHeader(count: count, slot: slot)
        }
    }

    deinit {
        unsafe withUnsafeMutablePointers { header, bytes in
            let count = unsafe header.pointee.count
            if let slot = unsafe header.pointee.slot {
                unsafe up_arena_give(slot, count)
            } else {
                unsafe up_wipe(bytes, count)
            }
        }
    }
}
