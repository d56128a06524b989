import Bytes
import Policy
import Testing

/// Source of the tables: IAM guide, "condition operators" and "multivalued context keys", as in spec section 4.4.
@Suite struct ConditionTests {
    @Test(
        arguments: [
            // String
            (#"{"StringEquals":{"k:x":"a"}}"#, "a", true), (#"{"StringEquals":{"k:x":"a"}}"#, "A", false),
            (#"{"StringEquals":{"k:x":"a*"}}"#, "ab", false), (#"{"StringEquals":{"k:x":"a*"}}"#, "a*", true),
            (#"{"StringEquals":{"k:x":["a","b"]}}"#, "b", true), (#"{"StringEquals":{"k:x":["a","b"]}}"#, "c", false),
            (#"{"StringNotEquals":{"k:x":"a"}}"#, "b", true), (#"{"StringNotEquals":{"k:x":"a"}}"#, "a", false),
            (#"{"StringNotEquals":{"k:x":["a","b"]}}"#, "b", false),
            (#"{"StringNotEquals":{"k:x":["a","b"]}}"#, "c", true),
            (#"{"StringEqualsIgnoreCase":{"k:x":"aBc"}}"#, "AbC", true),
            (#"{"StringEqualsIgnoreCase":{"k:x":"a"}}"#, "b", false),
            (#"{"StringNotEqualsIgnoreCase":{"k:x":"aBc"}}"#, "AbC", false),
            (#"{"StringNotEqualsIgnoreCase":{"k:x":"a"}}"#, "b", true),
            (#"{"StringLike":{"k:x":"a*"}}"#, "abc", true), (#"{"StringLike":{"k:x":"a*"}}"#, "Abc", false),
            (#"{"StringLike":{"k:x":"a?"}}"#, "abc", false), (#"{"StringNotLike":{"k:x":"a*"}}"#, "abc", false),
            (#"{"StringNotLike":{"k:x":["a*","b*"]}}"#, "c", true),
            (#"{"StringEquals":{"k:x":111122223333}}"#, "111122223333", true),
            (#"{"StringEquals":{"k:x":""}}"#, "", true),
            // Numeric, compared as decimals
            (#"{"NumericEquals":{"k:x":"1"}}"#, "1.0", true), (#"{"NumericEquals":{"k:x":10}}"#, "1e1", true),
            (#"{"NumericEquals":{"k:x":"9007199254740993"}}"#, "9007199254740992", false),
            (#"{"NumericEquals":{"k:x":"0.1"}}"#, "0.10000000000000001", false),
            (#"{"NumericEquals":{"k:x":"0"}}"#, "-0", true),
            (#"{"NumericNotEquals":{"k:x":"1"}}"#, "1", false), (#"{"NumericNotEquals":{"k:x":["1","2"]}}"#, "3", true),
            (#"{"NumericLessThan":{"k:x":"10"}}"#, "9", true), (#"{"NumericLessThan":{"k:x":"10"}}"#, "10", false),
            (#"{"NumericLessThanEquals":{"k:x":"10"}}"#, "10", true),
            (#"{"NumericLessThanEquals":{"k:x":"10"}}"#, "10.01", false),
            (#"{"NumericGreaterThan":{"k:x":"-2"}}"#, "-1.5", true),
            (#"{"NumericGreaterThan":{"k:x":"-2"}}"#, "-2", false),
            (#"{"NumericGreaterThanEquals":{"k:x":"1000"}}"#, "999.999", false),
            (#"{"NumericGreaterThanEquals":{"k:x":5}}"#, "5", true),
            (#"{"NumericLessThan":{"k:x":"10"}}"#, "nine", false),
            (#"{"NumericLessThan":{"k:x":["1","10"]}}"#, "5", true),
            (#"{"NumericNotEquals":{"k:x":"1"}}"#, "one", true), (#"{"NumericLessThan":{"k:x":"10"}}"#, "", false),
            (#"{"NumericLessThan":{"k:x":"1e6"}}"#, "999999.9999999999999999999", true),
            (#"{"NumericLessThan":{"k:x":"1"}}"#, "0x1", false),
            (#"{"NumericLessThan":{"k:x":"1"}}"#, "-inf", false),
            (#"{"NumericGreaterThan":{"k:x":"1"}}"#, "1e9999999999", false),
            // Date: W3C forms and epoch seconds
            (#"{"DateEquals":{"k:x":"2026-11-24T18:27:08Z"}}"#, "2026-11-24T19:27:08+01:00", true),
            (#"{"DateEquals":{"k:x":"2026-11-24T18:27Z"}}"#, "1795544820", true),
            (#"{"DateEquals":{"k:x":"2026"}}"#, "2026-01-01T00:00:00Z", true),
            (#"{"DateEquals":{"k:x":"2026-11"}}"#, "2026-11-01", true),
            (#"{"DateEquals":{"k:x":1795544828}}"#, "2026-11-24T18:27:08.000Z", true),
            (#"{"DateEquals":{"k:x":"2026-11-24T18:27:08.25Z"}}"#, "1795544828.25", true),
            (#"{"DateNotEquals":{"k:x":"2026-11-24"}}"#, "2026-11-24T00:00:00Z", false),
            (#"{"DateNotEquals":{"k:x":"2026-11-24"}}"#, "2026-11-25", true),
            (#"{"DateLessThan":{"k:x":"2026-11-24T00:00:00Z"}}"#, "2026-11-23T23:59:59Z", true),
            (#"{"DateLessThan":{"k:x":"2026-11-24T00:00:00Z"}}"#, "2026-11-24T00:00:00Z", false),
            (#"{"DateLessThanEquals":{"k:x":"2026-11-24"}}"#, "2026-11-24", true),
            (#"{"DateGreaterThan":{"k:x":"2026-02-28"}}"#, "2026-03-01", true),
            (#"{"DateGreaterThan":{"k:x":"2026-02-28"}}"#, "2026-02-30", false),
            (#"{"DateGreaterThanEquals":{"k:x":"2026-11-24"}}"#, "2026-11-23", false),
            (#"{"DateGreaterThan":{"k:x":"1970-01-01"}}"#, "yesterday", false),
            (#"{"DateGreaterThan":{"k:x":"1970-01-01"}}"#, "-1", false),
            (#"{"DateGreaterThan":{"k:x":"1970-01-01"}}"#, "2026-11-24T18:27:08", false),
            // Bool, Binary
            (#"{"Bool":{"k:x":"true"}}"#, "true", true), (#"{"Bool":{"k:x":true}}"#, "TRUE", true),
            (#"{"Bool":{"k:x":"False"}}"#, "false", true),
            (#"{"Bool":{"k:x":"true"}}"#, "false", false), (#"{"Bool":{"k:x":"true"}}"#, "1", false),
            (#"{"BinaryEquals":{"k:x":"QmluYXJ5"}}"#, "QmluYXJ5", true),
            (#"{"BinaryEquals":{"k:x":"QmluYXJ5"}}"#, "qmluYXJ5", false),
            (#"{"BinaryEquals":{"k:x":"QQ=="}}"#, "QQ", false),
            // IP
            (#"{"IpAddress":{"k:x":"203.0.113.0/24"}}"#, "203.0.113.255", true),
            (#"{"IpAddress":{"k:x":"203.0.113.0/24"}}"#, "203.0.114.0", false),
            (#"{"IpAddress":{"k:x":"203.0.113.7/24"}}"#, "203.0.113.1", true),
            (#"{"IpAddress":{"k:x":"203.0.113.7"}}"#, "203.0.113.7", true),
            (#"{"IpAddress":{"k:x":"203.0.113.7"}}"#, "203.0.113.8", false),
            (#"{"IpAddress":{"k:x":"0.0.0.0/0"}}"#, "8.8.8.8", true),
            (#"{"IpAddress":{"k:x":"0.0.0.0/0"}}"#, "2001:db8::1", false),
            (#"{"IpAddress":{"k:x":"2001:db8::/32"}}"#, "2001:DB8:0:1::7", true),
            (#"{"IpAddress":{"k:x":"2001:db8::/32"}}"#, "2001:db9::", false),
            (#"{"IpAddress":{"k:x":"::/0"}}"#, "::1", true),
            (#"{"IpAddress":{"k:x":"10.0.0.0/8"}}"#, "::ffff:10.1.2.3", true),
            (#"{"IpAddress":{"k:x":"::ffff:10.0.0.0/104"}}"#, "10.9.9.9", true),
            (#"{"IpAddress":{"k:x":"2001:db8::1"}}"#, "2001:db8:0:0:0:0:0:1", true),
            (#"{"IpAddress":{"k:x":"10.0.0.0/8"}}"#, "010.0.0.1", false),
            (#"{"IpAddress":{"k:x":"10.0.0.0/8"}}"#, "10.1", false),
            (#"{"IpAddress":{"k:x":"::/0"}}"#, "1::2::3", false),
            (#"{"IpAddress":{"k:x":"::/0"}}"#, "1:2:3:4:5:6:7:8:9", false),
            (#"{"IpAddress":{"k:x":"::/0"}}"#, ":::", false),
            (#"{"NotIpAddress":{"k:x":["10.0.0.0/8","192.0.2.0/24"]}}"#, "192.0.2.9", false),
            (#"{"NotIpAddress":{"k:x":["10.0.0.0/8","192.0.2.0/24"]}}"#, "192.0.3.9", true),
            (#"{"NotIpAddress":{"k:x":"10.0.0.0/8"}}"#, "10.x", true),
            // ARN: six parts, each on its own
            (#"{"ArnEquals":{"k:x":"arn:aws:sns:*:1:t"}}"#, "arn:aws:sns:eu:1:t", true),
            (#"{"ArnLike":{"k:x":"arn:aws:sns:*:t"}}"#, "arn:aws:sns:eu:1:t", nil),
            (#"{"ArnLike":{"k:x":"arn:aws:s*:1:t:u"}}"#, "arn:aws:sns:eu:1:t:u", false),
            (#"{"ArnLike":{"k:x":"arn:*:*:*:*:*"}}"#, "arn:aws:sns:eu:1:t:u:v", true),
            (#"{"ArnLike":{"k:x":"arn:aws:sns:?u:1:t"}}"#, "arn:aws:sns:eu:1:t", true),
            (#"{"ArnLike":{"k:x":"arn:*:*:*:*:*"}}"#, "plain", false),
            (#"{"ArnNotLike":{"k:x":"arn:*:*:*:*:*"}}"#, "plain", true),
            (#"{"ArnNotEquals":{"k:x":"arn:aws:sns:*:1:t"}}"#, "arn:aws:sns:eu:1:t", false),
            (#"{"ArnEquals":{"k:x":"arn:aws:iam::1:role/*"}}"#, "arn:aws:iam::1:role/a/b", true),
            (#"{"ArnEquals":{"k:x":"ARN:aws:iam::1:r"}}"#, "arn:aws:iam::1:r", false),
            // Null: present and not empty
            (#"{"Null":{"k:x":"true"}}"#, "a", false), (#"{"Null":{"k:x":false}}"#, "a", true),
            (#"{"Null":{"k:x":"false"}}"#, "", false),
            (#"{"Null":{"k:x":["true","false"]}}"#, "a", true),
            // All operators and all keys must hold
            (#"{"StringEquals":{"k:x":"a"},"StringLike":{"k:x":"b"}}"#, "a", false),
            (#"{"StringEquals":{"k:x":"a","k:y":"b"}}"#, "a", false),
            (#"{"StringEquals":{"K:X":"a"}}"#, "a", true), ("{}", "a", true),
        ] as [(String, String, Bool?)])
    func operators(condition: String, value: String, expected: Bool?) throws {
        guard let expected else {
            #expect(throws: MalformedPolicy.self) { try holds(condition, [:]) }
            return
        }
        #expect(try holds(condition, ["k:x": .one(Text(value))]) == expected)
    }

    /// Absent key: positive operators false, negated true, IfExists true; set operators as in the guide.
    @Test(arguments: [
        ("StringEquals", #""a""#, false), ("StringNotEquals", #""a""#, true), ("StringEqualsIfExists", #""a""#, true),
        ("StringNotEqualsIfExists", #""a""#, true), ("StringLike", #""*""#, false), ("StringNotLike", #""*""#, true),
        ("StringEqualsIgnoreCase", #""a""#, false), ("StringNotEqualsIgnoreCase", #""a""#, true),
        ("NumericLessThan", "1", false), ("NumericNotEquals", "1", true), ("NumericGreaterThanIfExists", "1", true),
        ("DateLessThan", #""2026""#, false), ("DateNotEquals", #""2026""#, true), ("Bool", "true", false),
        ("BoolIfExists", "true", true),
        ("BinaryEquals", #""QQ==""#, false), ("IpAddress", #""::/0""#, false), ("NotIpAddress", #""::/0""#, true),
        ("IpAddressIfExists", #""::/0""#, true), ("ArnLike", #""arn:*:*:*:*:*""#, false),
        ("ArnNotLike", #""arn:*:*:*:*:*""#, true),
        ("Null", "true", true), ("Null", "false", false),
        ("ForAllValues:StringEquals", #""a""#, true), ("ForAnyValue:StringEquals", #""a""#, false),
        ("ForAllValues:StringNotEquals", #""a""#, true), ("ForAnyValue:StringNotEquals", #""a""#, false),
        ("ForAnyValue:StringEqualsIfExists", #""a""#, true), ("ForAllValues:StringEqualsIfExists", #""a""#, true),
    ])
    func absentKey(operatorName: String, value: String, expected: Bool) throws {
        let condition = #"{"\#(operatorName)":{"k:x":\#(value)}}"#
        #expect(try holds(condition, [:]) == expected)
        // An empty list is no value either.
        #expect(try holds(condition, ["k:x": .many([])]) == expected)
    }

    @Test(arguments: [
        ("ForAllValues:StringEquals", ["a", "b"], true), ("ForAllValues:StringEquals", ["a", "c"], false),
        ("ForAllValues:StringEquals", [""], true), ("ForAnyValue:StringEquals", ["c", "a"], true),
        ("ForAnyValue:StringEquals", ["c", "d"], false), ("ForAllValues:StringNotEquals", ["c", "d"], true),
        ("ForAllValues:StringNotEquals", ["c", "a"], false), ("ForAnyValue:StringNotEquals", ["c", "a"], true),
        ("ForAnyValue:StringNotEquals", ["a", "b"], false), ("StringEquals", ["c", "a"], true),
        ("StringEquals", ["c", "d"], false),
        ("StringNotEquals", ["c", "a"], false), ("StringNotEquals", ["c", "d"], true),
        ("ForAllValues:StringLike", ["a", "b"], true),
        ("ForAnyValue:StringEqualsIgnoreCase", ["C", "A"], true),
    ])
    func manyValues(operatorName: String, request: [String], expected: Bool) throws {
        #expect(
            try holds(#"{"\#(operatorName)":{"k:x":["a","b"]}}"#, ["k:x": .many(request.map { Text($0) })]) == expected)
    }

    @Test func keysWithoutRegardToCase() throws {
        #expect(try holds(#"{"StringEquals":{"AWS:requesttag/Team":"red"}}"#, ["aws:RequestTag/team": "red"]))
        var keys = ContextKeys(lazily: { $0 == "aws:requesttag/team" ? .one("red") : nil })
        #expect(try holds(#"{"StringEquals":{"aws:RequestTag/Team":"red"}}"#, keys))
        keys["AWS:REQUESTTAG/TEAM"] = "blue"
        #expect(try !holds(#"{"StringEquals":{"aws:RequestTag/Team":"red"}}"#, keys))
        #expect(keys["aws:RequestTag/Team"] == "blue" && keys.names == ["AWS:REQUESTTAG/TEAM"])
    }
}
