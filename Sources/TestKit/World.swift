package import Bytes
internal import Foundation
package import Seal
package import Services
internal import Store
internal import Synchronization
package import Wire

/// A whole house in a scratch folder, with a held clock, seeded chance and an administrator who signs requests.
package final class World: Sendable {
    package let folder: String
    package let house: House
    package let gate: Gate
    package let clock: HeldClock
    package let root: RootKey
    package let administrator: Founding.Administrator
    /// What the operator's log was told.
    package let log: LogBook
    package static let region: Text = "us-west-2"

    package init(
        quotas: QuotaPolicy = QuotaPolicy(isEnforced: false),
        limits: Limits = Limits(),
        catalog: Catalog = .all,
        rotators: [any NativeRotator] = [],
        stages: [any RehearsalStage] = [],
        announce: House.Announce? = nil,
        functions: any FunctionDoor = Functions.Door()
    ) async throws {
        folder = NSTemporaryDirectory() + "undercroft-test-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        clock = HeldClock()
        let book = LogBook()
        log = book
        root = .generate()
        let chance = Chance.seeded(7)
        let store = try Store.sqlite(directory: folder, rows: root.rows)
        let trail = try Trail(
            folder: folder + "/trail", node: "test", rows: root.rows, clock: clock.clock, chance: chance, log: book.log
        )
        house = House(
            store: store, root: root, trail: trail, clock: clock.clock, chance: chance, log: book.log, limits: limits,
            quotas: quotas, node: "test", rotators: rotators, stages: stages, functions: functions,
            announce: announce
        )
        gate = Gate(house: house, catalog: catalog)
        guard let account = AccountID("000000000001"),
            let made = try await Founding.begin(account: account, house: house, publish: { _ in })
        else { throw Unfounded() }
        administrator = made
    }

    package struct Unfounded: Error {}

    /// Ends the writer and removes the folder.
    package func close() async {
        house.trail.stop()
        await house.store.close()
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Sends one signed JSON request through the gate and waits for its record.
    package func send(
        _ operation: Text, to api: API = .secretsManager, _ input: Fields, as signatory: Signatory? = nil
    ) async -> Response {
        await send(signed(operation, to: api, input, as: signatory))
    }

    /// Sends one signed request of the Query protocol.
    package func query(
        _ action: Text, to api: API = .sts, _ parameters: KeyValuePairs<Text, Text> = [:],
        as signatory: Signatory? = nil
    ) async -> Response {
        let pairs: [(Text, Text)] =
            [("Action", action), ("Version", api.version)] + parameters.map { ($0.key, $0.value) }
        let form = pairs.map { pair in
            "\(pair.0)=\(String(decoding: PercentCoding.encode(pair.1.utf8), as: UTF8.self))"
        }
        var request = Request(
            method: "POST", target: "/",
            headers: [
                Header("Host", "127.0.0.1"), Header("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"),
            ],
            body: Array(form.joined(separator: "&").utf8), peer: Peer(address: "127.0.0.1"))
        sign(&request, service: api.name, as: signatory)
        return await send(request)
    }

    /// Sends one signed request of REST-JSON.
    package func rest(
        _ method: String, _ path: String, to api: API = .lambda, _ body: [UInt8] = [],
        headers: [Header] = [], as signatory: Signatory? = nil
    ) async -> Response {
        var request = Request(
            method: method, target: path, headers: Headers([Header("Host", "127.0.0.1")] + headers), body: body,
            peer: Peer(address: "127.0.0.1"))
        sign(&request, service: api.name, as: signatory)
        return await send(request)
    }

    package func send(raw body: [UInt8], target: Text, service: Text) async -> Response {
        await send(signed(raw: body, target: target, service: service))
    }

    /// What ``send(_:to:_:)`` sends.
    package func signed(
        _ operation: Text, to api: API = .secretsManager, _ input: Fields, as signatory: Signatory? = nil
    ) -> Request {
        var body = ByteBuilder()
        body.append(json: input)
        return signed(
            raw: body.bytes, target: "\(api.targetPrefix ?? "").\(operation)", service: api.name, as: signatory)
    }

    private func signed(raw body: [UInt8], target: Text, service: Text, as signatory: Signatory? = nil) -> Request {
        var request = Request(
            method: "POST",
            target: "/",
            headers: [
                Header("Host", "127.0.0.1"), Header("Content-Type", "application/x-amz-json-1.1"),
                Header("X-Amz-Target", target.string),
            ],
            body: body,
            peer: Peer(address: "127.0.0.1")
        )
        sign(&request, service: service, as: signatory)
        return request
    }

    private func sign(_ request: inout Request, service: Text, as signatory: Signatory?) {
        let signer = Signer(
            accessKeyID: signatory?.accessKeyID ?? administrator.accessKeyID,
            secret: signatory?.secret.bytes ?? administrator.secretAccessKey.revealBytes(),
            sessionToken: signatory?.token,
            region: Self.region,
            service: service
        )
        signer.sign(&request, at: clock.now)
    }

    package func send(_ request: Request) async -> Response {
        let answer: Answer
        switch gate.attempt(request) {
        case .ready(let ready): answer = ready
        case .later(let run, _): answer = await run()
        }
        if let ticket = answer.ticket, await house.trail.settle(ticket) == .lost { return Response(answer.unrecorded) }
        return Response(answer.reply)
    }

    /// All records, oldest first, those of the outbox included.
    package func records() async throws -> [Fields] {
        var drain = OutboxDrain(house: house)
        try await drain.step()
        let found = Mutex<[Fields]>([])
        try Trail.records(folder: folder + "/trail") { line in
            if case .structure(let fields)? = try? JSON.parse(Array(line)) { found.withLock { $0.append(fields) } }
        }
        return found.withLock { $0 }
    }
}

/// Who signs a request, if not the administrator.
package struct Signatory: Sendable {
    package var accessKeyID: Text
    package var secret: Text
    package var token: Text?

    package init(accessKeyID: Text, secret: Text, token: Text? = nil) {
        (self.accessKeyID, self.secret, self.token) = (accessKeyID, secret, token)
    }

    /// From an answer's `Credentials`.
    package init?(_ answer: Response) {
        guard let id = answer.element("AccessKeyId"), let secret = answer.element("SecretAccessKey"),
            let token = answer.element("SessionToken")
        else { return nil }
        self.init(accessKeyID: id, secret: secret, token: token)
    }
}

/// An answer, decoded.
package struct Response: Sendable {
    package let status: Int
    package let fields: Fields
    package let body: [UInt8]
    package let headers: [Header]

    init(_ reply: Reply) {
        status = reply.status
        headers = reply.headers
        body = reply.body
        if case .structure(let fields)? = try? JSON.parse(reply.body) { self.fields = fields } else { fields = [:] }
    }

    package var code: Text? { fields.text("__type") ?? header("x-amzn-ErrorType") }
    package func header(_ name: String) -> Text? {
        headers.first { $0.name.lowercased() == name.lowercased() }.map { Text($0.value) }
    }
    /// The text of the first XML element of that name.
    package func element(_ name: Text) -> Text? {
        let text = String(decoding: body, as: UTF8.self)
        guard let open = text.range(of: "<\(name)>"), let close = text.range(of: "</\(name)>") else { return nil }
        return Text(String(text[open.upperBound..<close.lowerBound]))
    }

    package var message: Text? { fields.text("Message") ?? fields.text("message") }
}

/// Keeps what was logged.
package final class LogBook: Sendable {
    private let entries = Mutex<[Text]>([])

    package init() {}

    package var texts: [Text] { entries.withLock { $0 } }
    package var log: Log { Log { [self] _, text in entries.withLock { $0.append(text) } } }
}
