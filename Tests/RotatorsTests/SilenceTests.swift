import Bytes
import NIOCore
import NIOPosix
import Services
import Testing

@testable import Rotators

/// A server that takes connections and never says a word.
struct SilenceTests {
    @Test("is given up, by every driver", .timeLimit(.minutes(3)))
    func silence() async throws {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        let port = Int64(channel.localAddress?.port ?? 0)
        let bundle = Authorities.ofSystem
        let rotators: [(Text, any NativeRotator)] = [
            ("postgres", SingleUser(server: PostgresServer(authorities: bundle), name: "p")),
            ("mysql", SingleUser(server: MySQLServer(authorities: bundle), name: "m")),
            ("redis", RedisUser(server: RedisServer(authorities: nil))),
        ]
        await withTaskGroup(of: Void.self) { group in
            for (engine, rotator) in rotators {
                for ssl in [Document.null, .bool(true), .bool(false)] where engine != "redis" || ssl.isNull {
                    group.addTask {
                        var members: [(Text, Document)] = [
                            ("engine", .string(engine)), ("host", "127.0.0.1"), ("port", .integer(port)),
                            ("username", "u"), ("password", "p"),
                        ]
                        if !ssl.isNull { members.append(("ssl", ssl)) }
                        let vault = FakeVault(current: json(members))
                        vault.change { $0.stages["AWSPENDING"] = $0.stages["AWSCURRENT"] }
                        let refused = await failure { () throws(RotationFailure) in
                            try await rotator.run(.set, on: vault)
                        }
                        #expect(["Unreachable", "TLSRefused"].contains(refused?.kind))
                    }
                }
            }
        }
        try await channel.close()
    }
}

extension Document {
    fileprivate var isNull: Bool { if case .null = self { true } else { false } }
}
