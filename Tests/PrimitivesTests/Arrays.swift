import Primitives

/// The same calls on arrays, as a test writes them.
extension KeyPairs {
    static func read(_ der: [UInt8]) -> (kind: Kind, privateKey: [UInt8], publicKey: [UInt8])? {
        unsafe read(der.span.bytes) { ($0, copied($1), $2) }
    }

    static func sign(_ input: [UInt8], _ scheme: Scheme, privateKey: [UInt8]) -> [UInt8]? {
        unsafe sign(input.span.bytes, scheme, privateKey: privateKey.span.bytes)
    }

    static func verify(_ signature: [UInt8], of input: [UInt8], _ scheme: Scheme, publicKey: [UInt8]) -> Bool {
        unsafe verify(signature, of: input.span.bytes, scheme, publicKey: publicKey)
    }

    static func seal(_ plaintext: [UInt8], _ hash: Hash, publicKey: [UInt8]) -> [UInt8]? {
        unsafe seal(plaintext.span.bytes, hash, publicKey: publicKey)
    }

    static func open(_ sealed: [UInt8], _ hash: Hash, privateKey: [UInt8]) -> [UInt8]? {
        unsafe open(sealed, hash, privateKey: privateKey.span.bytes) { copied($0) }
    }

    static func agree(privateKey: [UInt8], publicKey: [UInt8]) -> [UInt8]? {
        unsafe agree(privateKey: privateKey.span.bytes, publicKey: publicKey) { copied($0) }
    }
}

extension AES256KeyWrap {
    static func open(_ wrapped: [UInt8], key: [UInt8]) -> [UInt8]? {
        unsafe open(wrapped, key: key.span.bytes) { copied($0) }
    }
}

extension Hash {
    func digest(_ message: [UInt8]) -> [UInt8] { unsafe digest(message.span.bytes) }
    func authenticate(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
        unsafe authenticate(message.span.bytes, key: key.span.bytes)
    }
}

/// A copy of what was lent.
func copied(_ span: RawSpan) -> [UInt8] { unsafe span.withUnsafeBytes { unsafe [UInt8]($0) } }
