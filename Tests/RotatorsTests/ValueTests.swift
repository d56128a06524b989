import Bytes
import Seal
import Services
import Testing

@testable import Rotators

struct ValueTests {
    private let kind = ServerKind(title: "X", engines: ["x"], port: 7)

    private func login(_ text: String) -> Result<Login, RotationFailure> {
        do throws(RotationFailure) {
            return .success(try Login(SecretBytes(Array(text.utf8)), .current, for: kind))
        } catch { return .failure(error) }
    }

    @Test("ports as numbers and as text, ssl as AWS's functions read it")
    func members() throws {
        let plain = try login(#"{"engine":"x","host":"h","username":"u","password":"p"}"#).get()
        #expect(plain.port == 7 && plain.ssl == nil && plain.database == nil)
        let full = try login(
            #"{"engine":"x","host":"h","username":"u","password":"p","port":"8","ssl":"False","dbname":"d"}"#
        ).get()
        #expect(full.port == 8 && full.ssl == false && full.database == "d")
        #expect("\(full)".contains("‹secret›"))
    }

    @Test(
        "what no driver may see is refused, in words without the value",
        arguments: [
            "[]", "x", #"{"host":"h","username":"u","password":"hush"}"#,
            #"{"engine":"y","host":"h","username":"u","password":"hush"}"#,
            #"{"engine":"x","host":"/run/postgresql","username":"u","password":"hush"}"#,
            #"{"engine":"x","host":"a,b","username":"u","password":"hush"}"#,
            #"{"engine":"x","host":"h=1","username":"u","password":"hush"}"#,
            #"{"engine":"x","host":"@h","username":"u","password":"hush"}"#,
            #"{"engine":"x","host":"h","username":"u\u0000v","password":"hush"}"#,
            #"{"engine":"x","host":"h","username":"u","password":"hush\u0000"}"#,
            #"{"engine":"x","host":"h","username":"u","password":"hush","port":70000}"#,
            #"{"engine":"x","host":"h","username":"u","password":"hush","port":true}"#,
            #"{"engine":"x","host":"h","username":"","password":"hush"}"#,
        ])
    func refused(_ text: String) {
        switch login(text) {
        case .success: Issue.record("\(text) was taken")
        case .failure(let failure):
            #expect(failure.kind == "InvalidSecret")
            #expect(!failure.message.string.contains("hush"))
        }
    }

    @Test func loopback() {
        for host in ["localhost", "LocalHost", "127.0.0.1", "127.9.9.9", "::1"] as [Text] {
            #expect(Host.isLoopback(host))
        }
        for host in ["localhost.evil", "127.0.0.1.evil", "127.1.evil.1", "0.0.0.0", "128.0.0.1", ""] as [Text] {
            #expect(!Host.isLoopback(host))
        }
        #expect(Host.isSame("DB.example.", "db.example"))
    }

    @Test func alternates() throws {
        let limit = NameLimit(count: 12, isInBytes: true)
        #expect(try AlternateName.of("app", limit) == "app_clone")
        #expect(try AlternateName.of("app_clone", limit) == "app")
        #expect(try AlternateName.of("_clone", limit) == "_clone_clone")
        #expect(throws: RotationFailure.self) { try AlternateName.of("sevenup", limit) }
        #expect(throws: RotationFailure.self) { try AlternateName.of("é☃é", limit) }
        #expect(try AlternateName.of("é☃é", NameLimit(count: 12, isInBytes: false)) == "é☃é_clone")
    }

    @Test("names are shown on one line")
    func shown() {
        #expect(Shown.text("a\nb\u{202E}c") == "\"a?b?c\"")
        #expect(Shown.text(Text(String(repeating: "x", count: 100))).utf8.count == 85)
    }
}
