import Bytes
import Store
import Testing
import Wire

@testable import Services

struct LogFilterTests {
    @Test(
        arguments: [
            ("", "anything", true), ("ERROR", "an ERROR here", true), ("ERROR", "an error here", false),
            ("a b", "b and a", true), ("a b", "only a", false), ("?a ?b", "only b", true), ("?a ?b", "c", false),
            ("-x", "abc", true), ("-x", "axc", false), ("a -x", "a", true), ("a -x", "ax", false),
            ("\"two words\"", "in two words", true), ("\"two words\"", "words two", false),
            ("-\"two words\"", "in two words", false), ("\"a\\\"b\"", "x a\"b y", true), ("?a b", "b", true),
            ("é", "caf\u{E9}", true), ("abc", "ab", false),
        ] as [(Text, Text, Bool)])
    func patterns(pattern: Text, line: Text, isMatched: Bool) throws {
        #expect(try LogFilter(pattern).matches(line) == isMatched)
    }

    @Test(arguments: ["a%b", "\"open", "{ $.x = 1 }", "[a, b]", "-", "?", "\"\""] as [Text])
    func flaws(pattern: Text) { #expect(throws: (any Error).self) { try LogFilter(pattern) } }
}
