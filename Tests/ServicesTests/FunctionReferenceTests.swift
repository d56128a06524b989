import Bytes
import Store
import Testing
import Wire

@testable import Services

struct FunctionReferenceTests {
    private static func place() throws -> Place {
        Place(account: try #require(AccountID("000000000001")), region: "us-west-2")
    }

    @Test(
        arguments: [
            ("f", "f", nil), ("f:1", "f", "1"), ("f:$LATEST", "f", "$LATEST"), ("f:live", "f", "live"),
            ("function:f", "f", nil), ("function", "function", nil), ("function:f:live", "f", "live"),
            ("000000000001:function:f", "f", nil), ("000000000001:f:2", "f", "2"),
            ("000000000001", "000000000001", nil),
            ("us-west-2:000000000001:function:f:x", "f", "x"),
            ("arn:aws:lambda:us-west-2:000000000001:function:f", "f", nil),
            ("arn:aws:lambda:us-west-2:000000000001:function:f:7", "f", "7"),
        ] as [(Text, Text, Text?)])
    func forms(text: Text, name: Text, qualifier: Text?) throws {
        let place = try Self.place()
        let reference = try FunctionReference(text, nil, from: place)
        #expect(reference == FunctionReference(place: place, name: name, qualifier: qualifier))
        #expect(FunctionReference.pattern.matches(text))
    }

    @Test(
        arguments: [
            "", "a$b", "a:b:c", "a b", ":a", "a:", "f:$OLDEST", "arn:aws:lambda:us-west-2:000000000001:function",
            "arn:aws:lambda:us-west-2:1:function:f", "arn:aws:s3:us-west-2:000000000001:function:f",
            "arn:aws:lambda:us-west-2:000000000001:layer:f", "arn:aws:lambda:us-west-2:000000000001:function:f:1:2",
        ] as [Text])
    func refusedForms(text: Text) throws {
        #expect(!FunctionReference.pattern.matches(text))
        let place = try Self.place()
        #expect(throws: (any Error).self) { try FunctionReference(text, nil, from: place) }
    }

    @Test func `another account by its ARN`() throws {
        let reference = try FunctionReference(
            "arn:aws:lambda:us-west-2:000000000002:function:f:live", "live", from: try Self.place())
        #expect(reference.place.account.text == "000000000002")
        #expect(reference.qualifiedARN == "arn:aws:lambda:us-west-2:000000000002:function:f:live")
        #expect(reference.arn == "arn:aws:lambda:us-west-2:000000000002:function:f")
    }

    /// Ten sorts behind nine.
    @Test func `versions are in order`() throws {
        let reference = FunctionReference(place: try Self.place(), name: "f")
        #expect(reference.versionKey(9).id < reference.versionKey(10).id)
    }
}
