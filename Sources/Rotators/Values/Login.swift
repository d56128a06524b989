internal import Bytes
internal import Seal
internal import Services

/// Where and as whom: a secret's JSON in the form of AWS's templates.
struct Login: Sendable {
    let stage: Stage
    let engine: Text
    let host: Text
    let port: UInt16
    let username: Text
    let password: SecretBytes
    let database: Text?
    /// `nil`: TLS if it can be had, see ``Door``.
    let ssl: Bool?
    let masterARN: Text?

    init(_ value: SecretBytes, _ stage: Stage, for kind: ServerKind) throws(RotationFailure) {
        self.stage = stage
        let document = try SecretDocument(value, stage)
        engine = try document.required("engine")
        guard kind.engines.contains(engine) else {
            let known = kind.engines.map { "\"\($0)\"" }.joined(separator: " or ")
            throw document.invalid("engine", "is not \(known), which this rotator is for")
        }
        host = try document.required("host")
        guard Host.isPlain(host) else { throw document.invalid("host", "is not the name or address of one host") }
        port = try Self.port(document) ?? kind.port
        username = try document.required("username")
        password = SecretBytes(try document.required("password").bytes)
        database = try document.text("dbname").flatMap { $0.isEmpty ? nil : $0 }
        masterARN = try document.text("masterarn").flatMap { $0.isEmpty ? nil : $0 }
        ssl = Self.flag(document.fields["ssl"])
    }

    private static func port(_ document: SecretDocument) throws(RotationFailure) -> UInt16? {
        let number: Int64?
        switch document.fields["port"] {
        case nil: return nil
        case .integer(let value)?: number = value
        case .string(let text)?: number = Int64(text.string)
        default: number = nil
        }
        guard let number, let port = UInt16(exactly: number), port > 0 else {
            throw document.invalid("port", "is not a port")
        }
        return port
    }

    /// As AWS's functions read it: anything else is as if it was not there.
    private static func flag(_ document: Document?) -> Bool? {
        switch document {
        case .bool(let value)?: value
        case .string(let text)? where text.asciiLowercased == "true": true
        case .string(let text)? where text.asciiLowercased == "false": false
        default: nil
        }
    }
}

/// What differs between kinds of servers before anything is connected.
struct ServerKind: Sendable {
    /// `PostgreSQL`.
    var title: String
    /// What a secret's `engine` may say; the first is the one to use.
    var engines: [Text]
    var port: UInt16
}

enum Host {
    /// Neither a path of a socket, where the system would vouch for the server's own user, nor a list, nor options of a driver.
    static func isPlain(_ host: Text) -> Bool {
        guard host.utf8.count <= 253, host.utf8.first != 0x2D else { return false }
        return host.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x3A: true
            default: false
            }
        }
    }

    /// By what is written: nothing is resolved.
    static func isLoopback(_ host: Text) -> Bool {
        let name = host.asciiLowercased
        if name == "localhost" || name == "::1" { return true }
        let parts = name.split(on: 0x2E)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0.string) != nil }
    }

    static func isSame(_ a: Text, _ b: Text) -> Bool { canonical(a) == canonical(b) }

    private static func canonical(_ host: Text) -> Text {
        let name = host.asciiLowercased
        return name.utf8.last == 0x2E ? Text(String(name.string.dropLast())) : name
    }
}
