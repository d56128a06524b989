internal import Bytes
internal import Glibc
internal import Primitives

/// How a seal file was made, and so what opens it.
package enum SealedKind: Sendable, Equatable {
    /// `path` is where the key file was then; it may have moved.
    case keyFile(path: String)
    case passphrase
}

/// The root key on disk: a JSON file, mode 0600, that gives the key to whoever has the key file or the passphrase.
///
/// Opening stretches a passphrase for about a second on the caller's thread: at the start, never on a request's path.
package enum SealFile {
    package enum Method: Sendable {
        /// A file with 64 hexadecimal digits; made by ``create(at:method:)`` if it does not exist.
        case keyFile(path: String)
        case passphrase(SecretBytes)
    }

    /// Makes a new root key and seals it. An existing seal is never overwritten. When this returns, key file and seal are
    /// on the disk.
    package static func create(at path: String, method: Method) throws(SealFlaw) -> RootKey {
        let file = sealFile(path)
        guard !file.exists else {
            throw SealFlaw(.alreadyThere, "the seal file \(path) exists already and is never overwritten")
        }
        let record: SealRecord
        let sealingKey: WrappingKey
        let store = Hex.encode(Random.bytes(16))
        switch method {
        case .keyFile(let keyPath):
            sealingKey = WrappingKey(try KeyFile(path: keyPath).readOrCreate())
            record = SealRecord(store: store, opener: .keyFile(hint: Text(absolute(keyPath))))
        case .passphrase(let passphrase):
            let cost = ScryptCost.standard()
            sealingKey = try stretch(passphrase, cost)
            record = SealRecord(store: store, opener: .passphrase(cost))
        }
        let rootKey = RootKey.generate()
        try file.create(record.json(sealingKey.seal(rootKey.key, boundTo: record.binding)))
        return rootKey
    }

    /// `method` is told how the seal was made and answers with what opens it; its own ``SealFlaw`` is passed on, any other
    /// error is not quoted.
    package static func open(
        at path: String, method: (SealedKind) throws -> Method
    ) throws(SealFlaw) -> RootKey {
        let (record, sealed) = try read(path)
        let offered: Method
        do {
            offered = try method(kind(record))
        } catch let flaw as SealFlaw {
            throw flaw
        } catch {
            throw SealFlaw(.notOffered, "what opens the seal file \(path) could not be had")
        }
        let (sealingKey, opener) = try sealingKey(record, offered, path: path)
        guard let key = try? sealingKey.open(sealed, boundTo: record.binding), key.count == RootKey.length else {
            throw SealFlaw(
                .wrongKey,
                "\(opener) does not open the seal file \(path): it is another one, or the seal file was changed")
        }
        return RootKey(key)
    }

    package static func kind(at path: String) throws(SealFlaw) -> SealedKind { kind(try read(path).record) }

    private static func kind(_ record: SealRecord) -> SealedKind {
        switch record.opener {
        case .keyFile(let hint): .keyFile(path: hint.string)
        case .passphrase: .passphrase
        }
    }

    private static func sealingKey(
        _ record: SealRecord, _ offered: Method, path: String
    ) throws(SealFlaw) -> (WrappingKey, String) {
        switch (record.opener, offered) {
        case (.keyFile, .keyFile(let keyPath)):
            return (WrappingKey(try KeyFile(path: keyPath).read()), "the key file \(keyPath)")
        case (.passphrase(let cost), .passphrase(let passphrase)):
            return (try stretch(passphrase, cost), "the passphrase")
        case (.keyFile(let hint), .passphrase):
            throw SealFlaw(
                .notOffered, "the seal file \(path) opens with a key file (once at \(hint)), not with a passphrase")
        case (.passphrase, .keyFile):
            throw SealFlaw(.notOffered, "the seal file \(path) opens with a passphrase, not with a key file")
        }
    }

    private static func stretch(_ passphrase: SecretBytes, _ cost: ScryptCost) throws(SealFlaw) -> WrappingKey {
        guard passphrase.count > 0 else { throw SealFlaw(.unacceptable, "the passphrase is empty: give one") }
        guard let key = cost.key(passphrase) else {
            throw SealFlaw(
                .unacceptable,
                "no memory to stretch the passphrase: \(cost.n * cost.r >> 13) MiB must be free")
        }
        return WrappingKey(key)
    }

    private static func read(_ path: String) throws(SealFlaw) -> (record: SealRecord, rootKey: Sealed) {
        try SealRecord.parse(try sealFile(path).read(), path: path)
    }

    private static func sealFile(_ path: String) -> PrivateFile {
        PrivateFile(path: path, role: "seal file", limit: 64 * 1024)
    }

    /// A relative hint would point elsewhere when the server is next started from another folder.
    private static func absolute(_ path: String) -> String {
        guard !path.utf8.starts(with: "/".utf8), let folder = unsafe getcwd(nil, 0) else { return path }
        defer { unsafe free(folder) }
        return unsafe "\(String(cString: folder))/\(path)"
    }
}
