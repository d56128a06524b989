import ArgumentParser
import Bytes
import Foundation
import Front
import Services
import Wire

/// What a server answered instead of what was asked for.
struct Refused: Error, CustomStringConvertible {
    let description: String
}

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
    private func credentials() throws -> (id: String, secret: String, token: String?) {
        let environment = ProcessInfo.processInfo.environment
        if let id = environment["AWS_ACCESS_KEY_ID"], let secret = environment["AWS_SECRET_ACCESS_KEY"] {
            return (id, secret, environment["AWS_SESSION_TOKEN"])
        }
        let file = environment["AWS_SHARED_CREDENTIALS_FILE"] ?? "\(data)/credentials"
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
            throw ValidationError(
                "No access key: \(file) can't be read. Set AWS_ACCESS_KEY_ID or name the folder with --data.")
        }
        var found: [String: String] = [:]
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            if parts.count == 2, found[parts[0]] == nil { found[parts[0]] = parts[1] }
        }
        guard let id = found["aws_access_key_id"], let secret = found["aws_secret_access_key"] else {
            throw ValidationError("\(file) holds no access key.")
        }
        return (id, secret, found["aws_session_token"])
    }

    func call(_ operation: String, _ input: Fields) async throws -> Fields {
        guard let address = url ?? DataFolder(path: data).address else {
            throw ValidationError(
                "No server has run in \(data) yet. Name its folder with --data, or the server with --url.")
        }
        let key = try credentials()
        var body = ByteBuilder()
        body.append(json: input)
        let (host, port, _, _) = try Outbound.parts(address)
        var request = Request(
            method: "POST", target: "/",
            headers: [
                Header("Host", "\(host):\(port)"), Header("Content-Type", "application/x-amz-json-1.1"),
                Header("X-Amz-Target", "Undercroft.\(operation)"),
            ],
            body: body.bytes, peer: Peer(address: "127.0.0.1"))
        let signer = Signer(
            accessKeyID: Text(key.id), secret: Array(key.secret.utf8), sessionToken: key.token.map { Text($0) },
            region: Text(region), service: "undercroft")
        signer.sign(&request, at: System.clock.now())
        let headers = request.headers.map { ($0.name, $0.value) }
        // Only this machine need not prove its name.
        let isHere = ["127.0.0.1", "::1", "localhost"].contains(host)
        let answer = try await Outbound.send(
            "POST", address, headers: headers, body: body.bytes, trust: isHere ? .anybody : .system, limit: 16 << 20,
            seconds: 60)
        guard case .structure(let fields)? = try? JSON.parse(answer.body, limits: JSON.Limits(values: 1_000_000)) else {
            throw ValidationError("\(address) answered with something that is no JSON (status \(answer.status)).")
        }
        guard answer.status == 200 else {
            let text = fields.text("message") ?? fields.text("Message") ?? ""
            throw Refused(description: "\(fields.text("__type") ?? "refused"): \(text)")
        }
        return fields
    }
}
