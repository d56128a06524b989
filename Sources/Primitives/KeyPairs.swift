internal import CPlatform

/// RSA, elliptic curves and Ed25519 on keys that travel as DER: private ones as PKCS #8 (RFC 5958), public ones as
/// SubjectPublicKeyInfo (RFC 5280). What is secret is lent and wiped afterwards; `nil` is the whole of a failure's reason.
package enum KeyPairs {
    package enum Kind: UInt32, CaseIterable, Sendable {
        case rsa2048, rsa3072, rsa4096, p256, p384, p521, secp256k1, ed25519

        var code: up_pair_kind { up_pair_kind(rawValue: rawValue) }
    }

    package enum Scheme: Sendable {
        /// RSASSA-PKCS1-v1_5.
        case pkcs1(Hash)
        /// RSASSA-PSS with the same hash in the mask and a salt of its length.
        case pss(Hash)
        /// The signature is the DER of `r` and `s` (RFC 3279).
        case ecdsa(Hash)
        /// RFC 8032, over the message itself.
        case ed25519

        fileprivate var codes: (scheme: up_scheme, hash: up_hash) {
            switch self {
            case .pkcs1(let hash): (up_pkcs1, hash.code)
            case .pss(let hash): (up_pss, hash.code)
            case .ecdsa(let hash): (up_ecdsa, hash.code)
            case .ed25519: (up_eddsa, up_sha_512)
            }
        }
    }

    /// Room for the longest private key, RSA with 4,096 bits: less than 2,400 bytes.
    private static let privateRoom = 4096
    private static let publicRoom = 1024
    /// Room for what an RSA key with 4,096 bits makes.
    private static let blockRoom = 512

    /// Milliseconds for a curve, up to seconds for RSA: never on the path of a request. `nil` only without memory.
    package static func generate<T>(
        _ kind: Kind, _ body: (_ privateKey: RawSpan, _ publicKey: [UInt8]) -> T
    ) -> T? {
        var publicKey: [UInt8] = []
        return unsafe lend(
            privateRoom,
            { out, count in
                let made = unsafe array(publicRoom) { publicOut, publicCount in
                    unsafe up_pair_generate(kind.code, out, count, publicOut, publicCount) == 1
                }
                publicKey = made ?? []
                return made != nil
            }, { body($0, publicKey) })
    }

    /// Someone else's private key, checked, and written as ``generate(_:_:)`` would: the same key is always the same bytes.
    package static func read<T>(
        _ der: RawSpan, _ body: (_ kind: Kind, _ privateKey: RawSpan, _ publicKey: [UInt8]) -> T?
    ) -> T? {
        var (kind, publicKey): (Kind?, [UInt8]) = (nil, [])
        let made: T?? = unsafe lend(
            privateRoom,
            { out, count in
                let made = unsafe array(publicRoom) { publicOut, publicCount in
                    let code = unsafe der.withUnsafeBytes { der in
                        unsafe up_pair_read(der.baseAddress, der.count, out, count, publicOut, publicCount)
                    }
                    kind = UInt32(exactly: code).flatMap { Kind(rawValue: $0) }
                    return kind != nil
                }
                publicKey = made ?? []
                return made != nil
            }, { lent in kind.flatMap { body($0, lent, publicKey) } })
        return made ?? nil
    }

    /// `nil` for what is no public key of a known kind. Curves must be named: parameters spelled out are refused.
    package static func kind(ofPublicKey der: [UInt8]) -> Kind? {
        let code = unsafe der.withUnsafeBytes { unsafe up_public_kind($0.baseAddress, $0.count) }
        return UInt32(exactly: code).flatMap { Kind(rawValue: $0) }
    }

    /// - Parameter input: the digest; for Ed25519 the message.
    package static func sign(_ input: RawSpan, _ scheme: Scheme, privateKey: RawSpan) -> [UInt8]? {
        let codes = scheme.codes
        return unsafe privateKey.withUnsafeBytes { key in
            unsafe input.withUnsafeBytes { input in
                unsafe array(blockRoom) { out, count in
                    unsafe up_sign(
                        key.baseAddress, key.count, codes.scheme, codes.hash, input.baseAddress, input.count, out, count
                    ) == 1
                }
            }
        }
    }

    package static func verify(
        _ signature: [UInt8], of input: RawSpan, _ scheme: Scheme, publicKey: [UInt8]
    ) -> Bool {
        let codes = scheme.codes
        return unsafe publicKey.withUnsafeBytes { key in
            unsafe input.withUnsafeBytes { input in
                unsafe signature.withUnsafeBytes { signature in
                    unsafe up_verify(
                        key.baseAddress, key.count, codes.scheme, codes.hash, input.baseAddress, input.count,
                        signature.baseAddress, signature.count) == 1
                }
            }
        }
    }

    /// RSA-OAEP without a label, the same hash in the mask.
    package static func seal(_ plaintext: RawSpan, _ hash: Hash, publicKey: [UInt8]) -> [UInt8]? {
        unsafe publicKey.withUnsafeBytes { key in
            unsafe plaintext.withUnsafeBytes { plaintext in
                unsafe array(blockRoom) { out, count in
                    unsafe up_oaep_seal(
                        key.baseAddress, key.count, hash.code, plaintext.baseAddress, plaintext.count, out, count) == 1
                }
            }
        }
    }

    package static func open<T>(
        _ sealed: [UInt8], _ hash: Hash, privateKey: RawSpan, _ body: (_ plaintext: RawSpan) -> T
    ) -> T? {
        unsafe privateKey.withUnsafeBytes { key in
            unsafe sealed.withUnsafeBytes { sealed in
                unsafe lend(
                    blockRoom,
                    { out, count in
                        unsafe up_oaep_open(
                            key.baseAddress, key.count, hash.code, sealed.baseAddress, sealed.count, out, count) == 1
                    }, body)
            }
        }
    }

    /// ECDH (SP 800-56A): as many bytes as the field's elements have.
    package static func agree<T>(
        privateKey: RawSpan, publicKey: [UInt8], _ body: (_ shared: RawSpan) -> T
    ) -> T? {
        unsafe privateKey.withUnsafeBytes { key in
            unsafe publicKey.withUnsafeBytes { peer in
                unsafe lend(
                    blockRoom,
                    { out, count in
                        unsafe up_agree(key.baseAddress, key.count, peer.baseAddress, peer.count, out, count) == 1
                    }, body)
            }
        }
    }
}

/// RFC 5649: AES-256 key wrap with padding, the half that opens.
package enum AES256KeyWrap {
    package static let keyLength = 32

    /// `nil` unless the key is 32 bytes and the wrapping is genuine.
    package static func open<T>(_ wrapped: [UInt8], key: RawSpan, _ body: (_ plaintext: RawSpan) -> T) -> T? {
        guard key.byteCount == keyLength, !wrapped.isEmpty else { return nil }
        return unsafe key.withUnsafeBytes { key in
            unsafe wrapped.withUnsafeBytes { wrapped in
                guard let keyStart = key.baseAddress else { return nil }
                return unsafe lend(
                    wrapped.count,
                    { out, count in
                        unsafe up_key_unwrap(keyStart, wrapped.baseAddress, wrapped.count, out, count) == 1
                    }, body)
            }
        }
    }
}

/// Lends room to `write`, which says in the count how much of it it used, then what was written to `body`; then wipes it.
@unsafe private func lend<T>(
    _ room: Int,
    _ write: (UnsafeMutableRawPointer, UnsafeMutablePointer<Int>) -> Bool,
    _ body: (RawSpan) -> T
) -> T? {
    unsafe withUnsafeTemporaryAllocation(byteCount: room, alignment: 16) { buffer in
        defer { unsafe up_wipe(buffer.baseAddress, room) }
        guard let start = buffer.baseAddress else { return nil }
        var count = room
        guard unsafe write(start, &count), count <= room else { return nil }
        return body(unsafe RawSpan(_unsafeStart: start, byteCount: count))
    }
}

/// The same for what need not be wiped.
@unsafe private func array(
    _ room: Int, _ write: (UnsafeMutableRawPointer, UnsafeMutablePointer<Int>) -> Bool
) -> [UInt8]? {
    var isWritten = false
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: room) { target, filled in
        guard let start = target.baseAddress else { return }
        var count = room
        isWritten = unsafe write(UnsafeMutableRawPointer(start), &count)
        filled = isWritten ? count : 0
    }
    return isWritten ? bytes : nil
}
