import ArgumentParser
import Bytes
import Foundation
import Services

/// How the command line talks to a running server: signed like any client.
struct Operator: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The node's folder: its server's address and the administrator's key are read there.", valueName: "dir"))
    var data = "./data"
    @Option(help: ArgumentHelp("Ask this server instead, e.g. http://127.0.0.1:8333.", valueName: "url")) var url:
        String?
    @Option(help: ArgumentHelp("Region of resources that are named without one.", valueName: "name")) var region =
        ProcessInfo.processInfo.environment["AWS_REGION"] ?? "us-east-1"

    /// An access key from the environment, or the one that the first start left in the folder.
    private func key() throws -> Client.Key {
        let environment = ProcessInfo.processInfo.environment
        if let id = environment["AWS_ACCESS_KEY_ID"], let secret = environment["AWS_SECRET_ACCESS_KEY"] {
            return Client.Key(
                id: Text(id), secret: SensitiveBytes(Array(secret.utf8), isText: true),
                token: environment["AWS_SESSION_TOKEN"].map { Text($0) })
        }
        let file = environment["AWS_SHARED_CREDENTIALS_FILE"] ?? "\(data)/credentials"
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
            throw ValidationError(
                "No access key: \(file) can't be read. Set AWS_ACCESS_KEY_ID or name the folder with --data.")
        }
        let found = CredentialsText(text)
        guard let id = found.accessKeyID, let secret = found["aws_secret_access_key"] else {
            throw ValidationError("\(file) holds no access key.")
        }
        return Client.Key(
            id: id, secret: SensitiveBytes(secret.bytes, isText: true), token: found["aws_session_token"])
    }

    func client() throws -> Client {
        guard let address = url ?? DataFolder(path: data).address else {
            throw ValidationError(
                "No server has run in \(data) yet. Name its folder with --data, or the server with --url.")
        }
        return Client(address: address, region: Text(region), key: try key())
    }

    /// One of the operations that AWS does not have.
    func call(_ operation: Text, _ input: Fields) async throws -> Fields {
        try await client().call(.insight, operation, input)
    }
}

/// A credentials file as AWS's clients have it. Of several profiles the first counts.
struct CredentialsText {
    private var values: [Text: Text] = [:]

    init(_ text: String) {
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            if parts.count == 2, values[Text(parts[0])] == nil { values[Text(parts[0])] = Text(parts[1]) }
        }
    }

    subscript(name: Text) -> Text? { values[name] }
    var accessKeyID: Text? { self["aws_access_key_id"] }

    /// One key under the name that clients take when they are told none.
    static func file(accessKeyID: Text, secret: [UInt8], region: Text) -> [UInt8] {
        var out = ByteBuilder()
        // The first generation of the AWS CLI does not read `AWS_REGION`.
        out.append("[default]\nregion = \(region)\naws_access_key_id = \(accessKeyID)\naws_secret_access_key = ")
        out.append(secret)
        out.append("\n")
        return out.bytes
    }
}
