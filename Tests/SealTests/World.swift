import Bytes
import Foundation
import Primitives
import Seal
import Testing

func unhex(_ text: String) throws -> [UInt8] { try #require(Hex.decode(Text(text).utf8)) }

func pattern(_ count: Int, _ seed: Int) -> [UInt8] { (0..<count).map { UInt8(($0 * 7 + seed) % 251 + 1) } }

/// The binding under which the known answers were computed.
let knownBinding = Binding("secret value", ["000000000001", "eu-central-1", "arn:aws:x"])
let knownText = Array("correct horse battery staple".utf8)

extension Place {
    init(_ account: Text, _ region: Text) throws {
        self.init(account: try #require(AccountID(account)), region: region)
    }
}

extension RootKey {
    /// Equal for equal root keys only, and tells nothing about them.
    var fingerprint: Digest32 { derive(label: "probe").authenticate(Array("probe".utf8)) }
}

/// A folder that goes when the value goes.
final class Folder {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "/seal-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var seal: String { path + "/seal.json" }
    var key: String { path + "/root.key" }
    var names: [String] { get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() } }

    func read(_ path: String) throws -> [UInt8] { Array(try #require(FileManager.default.contents(atPath: path))) }

    func write(_ bytes: [UInt8], to path: String, mode: Int = 0o600) throws {
        let attributes: [FileAttributeKey: Any] = [.posixPermissions: mode]
        try #require(FileManager.default.createFile(atPath: path, contents: Data(bytes), attributes: attributes))
    }

    func edit(_ path: String, _ old: String, _ new: String) throws {
        let text = String(decoding: try read(path), as: UTF8.self)
        try #require(text.contains(old))
        try write(Array(text.replacingOccurrences(of: old, with: new).utf8), to: path)
    }

    func mode(_ path: String) throws -> Int {
        try #require(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }
}
