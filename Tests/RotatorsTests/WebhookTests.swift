import Bytes
import Front
import NIOCore
import NIOHTTP1
import NIOPosix
import Primitives
import Services
import Synchronization
import Testing

@testable import Rotators

/// A webhook on loopback, which answers what it is told to.
private final class Receiver: Sendable {
    struct Call: Sendable {
        var headers: HTTPHeaders
        var body: [UInt8]
        var fields: Fields
    }

    private let channel: any Channel
    private let calls = Mutex<[Call]>([])
    private let answer: Mutex<(HTTPResponseStatus, String)>

    init(_ status: HTTPResponseStatus = .ok, _ body: String = "") async throws {
        answer = Mutex((status, body))
        let receiver = Weak()
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler(receiver))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        receiver.set(self)
    }

    final class Weak: Sendable {
        private struct Box: Sendable { weak var receiver: Receiver? }
        private let box = Mutex(Box())
        func set(_ receiver: Receiver) { box.withLock { $0.receiver = receiver } }
        var receiver: Receiver? { box.withLock { $0.receiver } }
    }

    var url: String { "http://127.0.0.1:\(channel.localAddress?.port ?? 0)/hook?key=in-the-query" }
    var all: [Call] { calls.withLock { $0 } }
    func answers(_ status: HTTPResponseStatus, _ body: String) { answer.withLock { $0 = (status, body) } }
    func close() async { try? await channel.close() }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart
        private let owner: Weak
        private var headers = HTTPHeaders()
        private var body: [UInt8] = []

        init(_ owner: Weak) { self.owner = owner }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): headers = head.headers
            case .body(let part): body += Array(part.readableBytesView)
            case .end:
                guard let receiver = owner.receiver else { return context.close(promise: nil) }
                if case .structure(let fields)? = try? JSON.parse(body) {
                    receiver.calls.withLock { $0.append(Call(headers: headers, body: body, fields: fields)) }
                }
                let (status, text) = receiver.answer.withLock { $0 }
                let head = HTTPResponseHead(
                    version: .http1_1, status: status, headers: ["Content-Length": "\(text.utf8.count)"])
                context.write(wrapOutboundOut(.head(head)), promise: nil)
                context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            }
        }
    }
}

struct WebhookTests {
    private let key: Text = "a-key-of-many-bytes"
    private let webhook = Webhook(
        post: { url, headers, body in
            let answer = try await Outbound.send(
                "POST", url.string, headers: headers.map { ($0.name.string, $0.value.string) }, body: body, seconds: 5)
            return (answer.status, answer.body)
        }, now: { Timestamp(seconds: 1_700_000_000) })

    private func vault(_ url: String?, tags: [Text: Text] = [:]) -> FakeVault {
        var members: [(Text, Document)] = [("password", "first"), ("rotation_key", .string(key)), ("for", "CRM")]
        if let url { members.append(("rotation_url", .string(Text(url)))) }
        return FakeVault(current: json(members), tags: tags)
    }

    @Test("each step is told, signed; values only where they are needed, the key never")
    func calls() async throws {
        let receiver = try await Receiver()
        let vault = vault(receiver.url)
        for _ in 0..<2 { try await webhook.rotate(vault) }
        let calls = receiver.all
        #expect(
            calls.map { $0.fields.text("Step") } == [
                "createSecret", "setSecret", "testSecret", "finishSecret", "createSecret", "setSecret", "testSecret",
                "finishSecret",
            ])
        for call in calls {
            #expect(call.fields.text("ClientRequestToken") == "t")
            #expect(call.fields.text("SecretId") == "arn:aws:secretsmanager:x")
            #expect(call.headers.first(name: "undercroft-timestamp") == "1700000000")
            let code = HMACKey(key.bytes).authenticate(Array("1700000000.".utf8) + call.body)
            #expect(call.headers.first(name: "undercroft-signature") == "v1=\(Hex.encode(code.bytes))")
            #expect(!String(decoding: call.body, as: UTF8.self).contains(key.string))
            let hasValues = ["setSecret", "testSecret"].contains(call.fields.text("Step"))
            #expect((call.fields.fields("PendingValue") != nil) == hasValues)
            #expect((call.fields.fields("CurrentValue") != nil) == hasValues)
        }
        #expect(calls[1].fields.fields("CurrentValue")?.text("password") == "first")
        #expect(
            calls[5].fields.fields("PendingValue")?.text("password") == (try vault.member("password", "AWSCURRENT")))
        #expect(calls[5].fields.fields("PendingValue")?.text("for") == "CRM")
        await receiver.close()
    }

    @Test("a refusal is an error with the answer's words, unless they repeat a password")
    func refusals() async throws {
        let receiver = try await Receiver()
        let vault = vault(nil, tags: ["undercroft:rotation-url": Text(receiver.url)])
        try await webhook.run(.create, on: vault)
        receiver.answers(.serviceUnavailable, "the CRM is\ndown")
        var refused = await failure { () throws(RotationFailure) in try await webhook.run(.set, on: vault) }
        #expect(refused?.kind == "WebhookFailed")
        #expect(refused?.message.string.contains("setSecret") == true)
        #expect(refused?.message.string.contains("answered 503: \"the CRM is down\"") == true)
        #expect(refused?.message.string.contains("in-the-query") == false)
        let password = try #require(try vault.member("password", "AWSPENDING"))
        receiver.answers(.badRequest, "can't set \(password)")
        refused = await failure { () throws(RotationFailure) in try await webhook.run(.set, on: vault) }
        #expect(refused?.message.string.contains(password.string) == false)
        receiver.answers(.found, "")
        #expect(
            await failure { () throws(RotationFailure) in try await webhook.run(.test, on: vault) }?.kind
                == "WebhookFailed")
        await receiver.close()
        refused = await failure { () throws(RotationFailure) in try await webhook.run(.set, on: vault) }
        #expect(refused?.kind == "Unreachable")
    }

    @Test(
        "values go over TLS or stay on this machine",
        arguments: [
            "http://example.com/hook", "http://localhost.example.com/", "http://127.0.0.1@example.com/",
            "ftp://localhost/",
            "https://", "https://user@example.com/", "http://[::2]/", "https://a b/", "",
        ])
    func addresses(_ url: String) async {
        let refused = await failure { () throws(RotationFailure) in try await webhook.run(.create, on: vault(url)) }
        #expect(refused?.kind == "InvalidSecret")
    }

    @Test func safeAddresses() {
        for url in ["https://example.com/x", "http://localhost:8080/", "http://127.0.0.1", "http://[::1]:80/x"]
            as [Text]
        {
            #expect(WebhookAddress.isSafe(url))
        }
        #expect(WebhookAddress.shown("https://a.example:1/secret/path?k=v") == "https://a.example:1")
    }

    @Test("a key that could be guessed is refused")
    func key() async {
        let short = FakeVault(current: #"{"password":"p","rotation_key":"short","rotation_url":"https://example.com"}"#)
        #expect(
            await failure { () throws(RotationFailure) in try await webhook.run(.create, on: short) }?.kind
                == "InvalidSecret")
        #expect(short["AWSPENDING"] == nil)
    }
}
