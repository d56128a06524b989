import Bytes
import Foundation
import Front
import Services
import Wire

/// What a server answered instead of what was asked for.
struct Refused: Error, CustomStringConvertible {
    /// AWS's name of the error, such as `NoSuchEntity`; `nil` where something else failed.
    let code: Text?
    let description: String

    init(code: Text? = nil, description: String) { (self.code, self.description) = (code, description) }

    init(code: Text, message: Text) {
        self.init(code: code, description: message.isEmpty ? "\(code)" : "\(code): \(message)")
    }
}

/// A client of a running server, like any other: signed, and in the protocol that the service speaks.
struct Client: Sendable {
    struct Key: Sendable {
        let id: Text
        let secret: SensitiveBytes
        let token: Text?
    }

    let address: String
    let region: Text
    var key: Key

    /// How often a call that came too fast is made again.
    private static let patience = 8

    func call(_ api: API, _ operation: Text, _ input: Fields = [:]) async throws -> Fields {
        var attempt = 0
        while true {
            do { return try await once(api, operation, input) } catch let refused as Refused
                where ["ThrottlingException", "Throttling"].contains(refused.code) && attempt < Self.patience
            {
                attempt += 1
                try await System.pause(Int64(attempt) * 250)
            }
        }
    }

    private func once(_ api: API, _ operation: Text, _ input: Fields) async throws -> Fields {
        let (host, port, _, _) = try Outbound.parts(address)
        var headers = [Header("Host", "\(host):\(port)")]
        let body: [UInt8]
        if let prefix = api.targetPrefix {
            var json = ByteBuilder()
            json.append(json: input)
            body = json.bytes
            headers.append(Header("Content-Type", "application/x-amz-json-1.1"))
            headers.append(Header("X-Amz-Target", "\(prefix).\(operation)"))
        } else {
            body = QueryBody.write(operation, version: api.version, input)
            headers.append(Header("Content-Type", QueryBody.contentType))
        }
        var request = Request(
            method: "POST", target: "/", headers: Headers(headers), body: body, peer: Peer(address: "127.0.0.1"))
        let signer = Signer(
            accessKeyID: key.id, secret: key.secret.bytes, sessionToken: key.token, region: region, service: api.name)
        signer.sign(&request, at: System.clock.now())
        // Only this machine need not prove its name.
        let isHere = ["127.0.0.1", "::1", "localhost"].contains(host)
        let answer = try await Outbound.send(
            "POST", address, headers: request.headers.map { ($0.name, $0.value) }, body: body,
            trust: isHere ? .anybody : .system, limit: 16 << 20, seconds: 60)
        return api.targetPrefix == nil ? try query(answer, operation) : try json(answer)
    }

    private func json(_ answer: Outbound.Answer) throws -> Fields {
        let document = try? JSON.parse(
            answer.body.isEmpty ? Array("{}".utf8) : answer.body, limits: JSON.Limits(values: 1_000_000))
        guard case .structure(let fields)? = document else { throw unreadable(answer) }
        guard answer.status == 200 else {
            throw Refused(
                code: fields.text("__type") ?? "refused",
                message: fields.text("message") ?? fields.text("Message") ?? "")
        }
        return fields
    }

    private func query(_ answer: Outbound.Answer, _ operation: Text) throws -> Fields {
        guard case .structure(let fields)? = try? XMLReader.read(answer.body).content else { throw unreadable(answer) }
        guard answer.status == 200 else {
            let error = fields.fields("Error")
            throw Refused(code: error?.text("Code") ?? "refused", message: error?.text("Message") ?? "")
        }
        return fields.fields("\(operation)Result") ?? [:]
    }

    private func unreadable(_ answer: Outbound.Answer) -> Refused {
        Refused(
            description: "\(address) answered with something that no AWS service answers (status \(answer.status)).")
    }

    /// All of what comes in pages.
    ///
    /// - Parameters:
    ///   - token: the member of an answer that the next page is asked for with, and the request's member for it.
    func pages(
        _ api: API, _ operation: Text, _ input: Fields, _ list: Text, token: (answer: Text, request: Text)
    ) async throws -> [Document] {
        var all: [Document] = []
        var next: Text?
        repeat {
            var page = input
            page.add(token.request, next)
            let answer = try await call(api, operation, page)
            all += answer.list(list) ?? []
            next = answer.text(token.answer)
        } while next != nil
        return all
    }

    func assuming(_ role: Text, session: Text) async throws -> Client {
        let answer = try await call(
            .sts, "AssumeRole", ["RoleArn": .string(role), "RoleSessionName": .string(session)])
        guard let fields = answer.fields("Credentials"), let id = fields.text("AccessKeyId"),
            let secret = fields.text("SecretAccessKey"), let token = fields.text("SessionToken")
        else { throw Refused(description: "AssumeRole of \(role) answered without credentials.") }
        var client = self
        client.key = Key(id: id, secret: SensitiveBytes(secret.bytes, isText: true), token: token)
        return client
    }
}
