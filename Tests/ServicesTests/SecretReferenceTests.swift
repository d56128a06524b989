import Bytes
import Testing

@testable import Services

@Suite struct SecretReferenceTests {
    static let place = Place(account: .none, region: "us-west-2")
    static let prefix = "arn:aws:secretsmanager:us-west-2:000000000001:secret:"

    static let accepted: [(Text, Text, Text?)] = [
        ("prod/app/db", "prod/app/db", nil),
        ("\(prefix)X-a1b2c3", "X", "a1b2c3"),
        ("\(prefix)X-a1b2", "X-a1b2", nil),
        ("\(prefix)X-a1b2c3-", "X-a1b2c3-", nil),
        ("\(prefix)X-a1b2c3-QWERTY", "X-a1b2c3", "QWERTY"),
        ("\(prefix)a/b-c_d-!!!!!!", "a/b-c_d-!!!!!!", nil),
    ]

    @Test(arguments: accepted) func parts(_ row: (sent: Text, name: Text, suffix: Text?)) throws {
        let reference = try SecretReference(row.sent, from: Self.place)
        #expect(reference.name == row.name)
        #expect(reference.suffix == row.suffix)
        #expect(reference.sent == row.sent)
    }

    static let refused: [Text] = [
        "", " lead", "inner space", "trail ", "star*", "what?", "bracket]", #"back\slash"#, "caf\u{e9}", "new\nline",
        "nul\0",
        "arn:aws:s3:::bucket", "arn:aws:secretsmanager:us-west-2:1:secret:x",
        "arn:aws:secretsmanager:us-west-2:000000000001:key:x", "arn:aws:secretsmanager",
    ]

    @Test(arguments: refused) func invalid(_ sent: Text) {
        #expect(throws: (any Error).self) { try SecretReference(sent, from: Self.place) }
    }
}
