package import Bytes
package import Primitives
internal import Synchronization

/// The key from which every other one descends. It is never stored in the clear: see ``SealFile``.
///
/// Keys are derived (SP 800-108) under a label per kind and a ``Binding`` per key, so that none of them tells anything
/// about another or about the root.
package struct RootKey: Sendable {
    package static let length = 32

    private static let accountLabel = Array("undercroft account key 1".utf8)
    private static let wrappingLabel = Array("undercroft wrapping subkey 1".utf8)
    private static let authenticationLabel = Array("undercroft authentication subkey 1".utf8)

    /// For the seal alone.
    let key: SecretBytes
    private let derivation: HMACKey
    private let accountKeys = AccountKeys()

    /// Tags rows; derived once.
    package let rows: RowAuthenticator

    /// `key` is 32 bytes, else a programming error.
    init(_ key: SecretBytes) {
        precondition(key.count == RootKey.length, "a root key is \(RootKey.length) bytes")
        self.key = key.guarded()
        derivation = key.reveal { HMACKey(copy $0) }
        rows = RowAuthenticator(key: RootKey.authenticationKey(from: derivation, label: "rows"))
    }

    /// A root key that no seal keeps: for a world that lives in memory.
    package static func generate() -> RootKey { RootKey(SecretBytes.random(length)) }

    /// The key above all KMS keys of one account in one region.
    package func accountKey(_ place: Place) -> WrappingKey {
        accountKeys.key(place) {
            wrappingKey(RootKey.accountLabel, Binding("account", [place.account.text, place.region]))
        }
    }

    /// A key for another use (session tokens, page tokens, backups ...), a different one per purpose. Derived at each
    /// call: keep it.
    package func subkey(_ purpose: Text) -> WrappingKey {
        wrappingKey(RootKey.wrappingLabel, Binding("purpose", [purpose]))
    }

    /// A key that authenticates but doesn't encrypt; independent of the ``subkey(_:)`` of the same name. Derived at each
    /// call: keep it.
    package func derive(label: Text) -> HMACKey { RootKey.authenticationKey(from: derivation, label: label) }

    /// A name for key material that comes from outside: the same for the same material and owner, and of no help to whoever
    /// would like to guess the material.
    package func materialID(_ material: SecretBytes, of owner: Binding) -> Text {
        let key = derive(label: "imported material id")
        return Hex.encode(material.reveal { unsafe key.authenticate(owner.bytes.span.bytes, copy $0).bytes })
    }

    private func wrappingKey(_ label: [UInt8], _ binding: Binding) -> WrappingKey {
        unsafe KBKDF.withDerivedKey(key: derivation, label: label, context: binding.bytes.span.bytes) { derived in
            unsafe derived.withUnsafeBytes { source in
                unsafe WrappingKey(
                    SecretBytes(count: source.count, guarded: true) { target in unsafe target.copyMemory(from: source) }
                )
            }
        }
    }

    private static func authenticationKey(from derivation: HMACKey, label: Text) -> HMACKey {
        let binding = Binding("purpose", [label])
        return unsafe KBKDF.withDerivedKey(
            key: derivation, label: authenticationLabel, context: binding.bytes.span.bytes
        ) { HMACKey($0) }
    }
}

/// Account keys already derived. Bounded by forgetting everything: deriving again costs microseconds.
private final class AccountKeys: Sendable {
    private static let most = 1024
    private let keys = Mutex<[Place: WrappingKey]>([:])

    func key(_ place: Place, derive: () -> WrappingKey) -> WrappingKey {
        if let known = keys.withLock({ $0[place] }) { return known }
        let key = derive()
        keys.withLock { keys in
            if keys.count >= AccountKeys.most { keys.removeAll() }
            keys[place] = key
        }
        return key
    }
}
