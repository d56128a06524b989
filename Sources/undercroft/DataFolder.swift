import ArgumentParser
import Bytes
import Foundation
import Glibc
import Seal
import Services

/// The folder that holds a node's state.
struct DataFolder: Sendable {
    struct Unusable: Error, CustomStringConvertible { let description: String }

    let path: String

    var seal: String { "\(path)/seal.json" }
    var trail: String { "\(path)/trail" }
    /// The trail's folder. Throws what to do where no server has kept one.
    func existingTrail() throws -> String {
        guard FileManager.default.fileExists(atPath: trail) else { throw noTrail }
        return trail
    }
    var noTrail: ValidationError {
        ValidationError("There is no trail in \(path). Name the server's folder with --data.")
    }
    var credentials: String { "\(path)/credentials" }
    private var pendingCredentials: String { "\(path)/credentials.new" }
    private var addressFile: String { "\(path)/address" }
    private var nodeFile: String { "\(path)/node" }

    /// Makes the folder, for its owner alone.
    func prepare() throws(Unusable) {
        umask(0o077)
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw Unusable(
                description:
                    "The folder \(path) can't be made: \(error.localizedDescription). Choose another with --data.")
        }
    }

    /// One server per folder, whatever the store: two would write one trail. Held until the process ends.
    func lock() throws(Unusable) {
        let file = "\(path)/serve.lock"
        let descriptor = unsafe open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw Unusable(description: "\(file) can't be opened. Check the folder's owner and free space.")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw Unusable(
                description: "Another server runs on the folder \(path). Stop it, or choose another folder with --data."
            )
        }
    }

    /// Opens the seal, or makes it on the first start.
    func root(_ settings: Settings) throws -> RootKey {
        let method: SealFile.Method =
            if let file = settings.passphraseFile {
                .passphrase(try Self.passphrase(file))
            } else {
                .keyFile(path: settings.keyFile ?? "\(path)/seal.key")
            }
        guard FileManager.default.fileExists(atPath: seal) else { return try SealFile.create(at: seal, method: method) }
        return try SealFile.open(at: seal) { kind throws -> SealFile.Method in
            if case .keyFile(let hint) = kind, settings.keyFile == nil, settings.passphraseFile == nil {
                let own = "\(path)/seal.key"
                return .keyFile(path: FileManager.default.fileExists(atPath: own) ? own : hint)
            }
            return method
        }
    }

    private static func passphrase(_ file: String) throws -> SecretBytes {
        guard var bytes = FileManager.default.contents(atPath: file).map({ [UInt8]($0) }) else {
            throw Unusable(description: "The passphrase file \(file) can't be read.")
        }
        while bytes.last == 0x0A || bytes.last == 0x0D { bytes.removeLast() }
        guard bytes.count >= 12 else {
            throw Unusable(description: "The passphrase in \(file) is shorter than 12 bytes.")
        }
        return SecretBytes(taking: &bytes)
    }

    /// This node's name, made once: its outbox rows and its trail belong to it.
    func node(_ chance: Chance) throws -> Text {
        if let data = FileManager.default.contents(atPath: nodeFile), let name = Text(utf8: data.prefix { $0 != 0x0A })
        {
            return name
        }
        let name = Hex.encode(chance.bytes(8))
        try write(Array("\(name)\n".utf8), to: nodeFile)
        return name
    }

    var existingNode: Text? {
        FileManager.default.contents(atPath: nodeFile).flatMap { Text(utf8: $0.prefix { $0 != 0x0A }) }
    }

    /// Written before the store knows the key, so that a crash between the two can't lose it.
    func writePendingCredentials(_ administrator: Founding.Administrator, region: Text) throws {
        try write(
            CredentialsText.file(
                accessKeyID: administrator.accessKeyID, secret: administrator.secretAccessKey.revealBytes(),
                region: region), to: pendingCredentials)
    }

    func publishCredentials() throws {
        guard FileManager.default.fileExists(atPath: pendingCredentials) else { return }
        guard unsafe rename(pendingCredentials, credentials) == 0 else {
            throw Unusable(description: "\(credentials) can't be written; the access key is in \(pendingCredentials).")
        }
    }

    var address: String? {
        FileManager.default.contents(atPath: addressFile).map {
            String(decoding: $0.prefix { $0 != 0x0A }, as: UTF8.self)
        }
    }

    func writeAddress(_ url: String) throws { try write(Array("\(url)\n".utf8), to: addressFile) }

    private func write(_ bytes: [UInt8], to file: String) throws {
        let made = FileManager.default.createFile(
            atPath: file, contents: Data(bytes), attributes: [.posixPermissions: 0o600]
        )
        guard made, let handle = FileHandle(forWritingAtPath: file) else {
            throw Unusable(description: "\(file) can't be written. Check the folder's owner and free space.")
        }
        try handle.synchronize()
        try handle.close()
    }
}
