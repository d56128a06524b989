import Bytes
import Testing
import Wire

struct ViolationsTests {
    private static let name = Pattern.each(of: #"A-Za-z0-9/_+=.@-"#, text: #"[\w/+=.@-]*"#)
    private static let tag: Structure = [.required("Key", .string(1...4)), .optional("Value", .string(0...2))]
    private static let shape: Structure = [
        .required("SecretId", .string(1...8, name)), .optional("Kind", .oneOf("a", "b", "cd")),
        .optional("MaxResults", .integer(1...100)), .optional("Tags", .list(.structure(tag), 1...3)),
        .optional("TagKeys", .list(.string(1...3), 0...2)),
        .optional("SecretString", .string(1...4, name), sensitive: true),
        .optional("SecretBinary", .blob(1...2), sensitive: true), .optional("Blob", .blob(1...2)),
        .optional("KMSKeyId", .string(0...2000)), .optional("ARN", .string(2...3000)),
        .optional("Map", .map(key: .string(1...2), value: .string(0...2), 0...2)),
        .optional("Inner", .structure([.required("Deep", .integer(0...1))])),
    ]

    private static func at(_ path: Text, _ value: Text, _ tail: Text) -> Text {
        "\(value) at '\(path)' failed to satisfy constraint: Member must \(tail)"
    }

    private static func violations(_ members: String) throws -> [Text] {
        let fields = try Sample.json(#"{"SecretId":"a"\#(members)}"#).invocation().read(shape)
        return shape.violations(in: fields)
    }

    @Test(
        arguments: [
            ("", []),
            (#","SecretId2":1"#, []),
            (#","Kind":"x""#, [at("kind", "Value 'x'", "satisfy enum value set: [a, b, cd]")]),
            (#","MaxResults":0"#, [at("maxResults", "Value '0'", "have value greater than or equal to 1")]),
            (#","MaxResults":101"#, [at("maxResults", "Value '101'", "have value less than or equal to 100")]),
            (#","Tags":[]"#, [at("tags", "Value '[]'", "have length greater than or equal to 1")]),
            (
                #","Tags":[{},{"Key":"12345"}]"#,
                [
                    at("tags.1.member.key", "Value null", "not be null"),
                    at("tags.2.member.key", "Value '12345'", "have length less than or equal to 4"),
                ]
            ),
            (
                #","Tags":[{"Key":"a"},{"Key":"a"},{"Key":"a"},{}]"#,
                [at("tags", "Value", "have length less than or equal to 3")]
            ),
            (#","Tags":[null]"#, [at("tags.1.member", "Value null", "not be null")]),
            (#","TagKeys":["a","b","c"]"#, [at("tagKeys", "Value '[a, b, c]'", "have length less than or equal to 2")]),
            (#","TagKeys":["a",""]"#, [at("tagKeys.2.member", "Value ''", "have length greater than or equal to 1")]),
            (
                #","SecretString":"!!!!!""#,
                [
                    at("secretString", "Value", "have length less than or equal to 4"),
                    at("secretString", "Value", #"satisfy regular expression pattern: [\w/+=.@-]*"#),
                ]
            ),
            (#","SecretBinary":"aGlo""#, [at("secretBinary", "Value", "have length less than or equal to 2")]),
            (#","Blob":"""#, [at("blob", "Value", "have length greater than or equal to 1")]),
            (#","ARN":"x""#, [at("arn", "Value 'x'", "have length greater than or equal to 2")]),
            (#","Inner":{}"#, [at("inner.deep", "Value null", "not be null")]),
            (#","Inner":{"Deep":2}"#, [at("inner.deep", "Value '2'", "have value less than or equal to 1")]),
            (#","Map":{"a":"1","b":"2","c":"3"}"#, [at("map", "Value", "have length less than or equal to 2")]),
            (
                #","Map":{"abc":"123"}"#,
                [
                    "Value at 'map' failed to satisfy constraint: Map keys must satisfy constraint: [Member must have length less than or equal to 2]",
                    "Value at 'map' failed to satisfy constraint: Map value must satisfy constraint: [Member must have length less than or equal to 2]",
                ]
            ),
        ] as [(String, [Text])])
    func texts(_ members: String, _ expected: [Text]) throws {
        #expect(try Self.violations(members) == expected)
    }

    @Test func requiredMembers() throws {
        let fields = try Sample.json(#"{"SecretId":null}"#).invocation().read(Self.shape)
        #expect(
            Fault.validation(Self.shape.violations(in: fields))
                == .frontEnd(
                    "ValidationException",
                    """
                    1 validation error detected: Value null at 'secretId' failed to satisfy constraint: Member must not \
                    be null
                    """))
    }

    @Test func severalAreCounted() throws {
        let fields = try Sample.json(#"{"SecretId":"no spaces here","MaxResults":0}"#).invocation().read(Self.shape)
        #expect(
            Fault.validation(Self.shape.violations(in: fields)).message == """
                3 validation errors detected: Value 'no spaces here' at 'secretId' failed to satisfy constraint: Member \
                must have length less than or equal to 8; Value 'no spaces here' at 'secretId' failed to satisfy \
                constraint: Member must satisfy regular expression pattern: [\\w/+=.@-]*; Value '0' at 'maxResults' \
                failed to satisfy constraint: Member must have value greater than or equal to 1
                """)
    }

    @Test func lengthIsInCodePoints() throws {
        let shape: Structure = [.required("A", .string(0...2)), .required("B", .string(0...2), sensitive: true)]
        for (value, isShort) in [("é😀", true), ("e\u{301}", true), ("e\u{301}a", false), ("👨‍👩‍👧", false)] {
            let fields = try Sample.json(#"{"A":"\#(value)","B":"\#(value)"}"#).invocation().read(shape)
            #expect(shape.violations(in: fields).count == (isShort ? 0 : 2))
        }
    }

    @Test func veryLongValuesAreLeftOut() throws {
        for (length, isShown) in [(1024, true), (1025, false)] {
            let shape: Structure = [.required("A", .string(0...2)), .required("B", .list(.string(), 0...0))]
            let value = String(repeating: "x", count: length)
            let fields = try Sample.json(#"{"A":"\#(value)","B":["\#(value)"]}"#).invocation().read(shape)
            let texts = shape.violations(in: fields)
            #expect(texts.count == 2)
            #expect(texts[0].string.contains("xxx") == isShown && !texts[1].string.contains("xxx"))
            #expect(texts[1] == Self.at("b", "Value", "have length less than or equal to 0"))
        }
    }

    /// A secret number or an empty secret list has no placeholder of its own: only the shape tells.
    @Test func sensitivityCoversEveryType() throws {
        let inner: Structure = [.required("Pin", .integer(0...9))]
        let shape: Structure = [
            .required("Pin", .integer(0...9), sensitive: true),
            .required("List", .list(.integer(0...9), 1...9), sensitive: true),
            .required("Inner", .structure(inner), sensitive: true),
            .required("Flat", .list(.integer, 1...9), sensitive: true),
        ]
        let body = #"{"Pin":1234,"List":[5678],"Inner":{"Pin":9012},"Flat":[]}"#
        #expect(
            shape.violations(in: try Sample.json(body).invocation().read(shape)) == [
                Self.at("pin", "Value", "have value less than or equal to 9"),
                Self.at("list.1.member", "Value", "have value less than or equal to 9"),
                Self.at("inner.pin", "Value", "have value less than or equal to 9"),
                Self.at("flat", "Value", "have length greater than or equal to 1"),
            ])
    }

    @Test func hostileListsGiveABoundedAnswer() throws {
        let shape: Structure = [.required("A", .list(.string(5...6)))]
        let body = "{\"A\":[" + Array(repeating: "\"x\"", count: 15_000).joined(separator: ",") + "]}"
        #expect(shape.violations(in: try Sample.json(body).invocation().read(shape)).count == 100)
    }
}
