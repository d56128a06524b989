import Bytes
import Policy
import Testing

@Suite struct GlobTests {
    // IAM guide, "StringLike": * any run of characters, ? exactly one, case-sensitive.
    @Test(
        arguments: [
            ("", "", true), ("", "*", true), ("", "?", false), ("a", "", false), ("abc", "abc", true),
            ("abc", "ABC", false),
            ("abc", "a*", true), ("abc", "*c", true), ("abc", "*b*", true), ("abc", "a?c", true), ("abc", "a?", false),
            ("abc", "???", true), ("abc", "????", false), ("abc", "?*?*?", true), ("ab", "?*?*?", false),
            ("aXbXc", "a*X*c", true), ("abab", "*ab", true), ("abcab", "ab*ab", true), ("ab", "ab*ab", false),
            ("aab", "*ab", true), ("mississippi", "m*iss*pi", true), ("mississippi", "m*iss*iss*iss*", false),
            ("a*b", "a*b", true), ("a\\b", "a\\b", true), ("x\ny", "x*y", true), ("x\ny", "x?y", true),
            // One character, however many bytes, never half of one; equal only by the same code points.
            ("é", "?", true), ("e\u{301}", "?", false), ("e\u{301}", "??", true), ("é", "e\u{301}", false),
            ("日本", "??", true),
            ("日本", "*?本", true), ("日本", "?*", true), ("日本", "*??*", true), ("日本", "*???*", false), ("a日b", "a?b", true),
            ("🗝x", "?x", true), ("🗝", "??", false), ("日本", "日*?", true), ("日", "日*?", false), ("\u{212A}", "k", false),
        ] as [(String, String, Bool)])
    func table(text: String, pattern: String, expected: Bool) throws {
        #expect(try isLike(Text(text), Text(pattern)) == expected)
    }

    /// The textbook dynamic programme, as independent of the compiled matcher as can be.
    static func reference(_ text: [Unicode.Scalar], _ pattern: [Unicode.Scalar]) -> Bool {
        var reach = [true] + text.map { _ in false }
        for symbol in pattern {
            var next = [symbol == "*" && reach[0]] + text.map { _ in false }
            for index in text.indices {
                switch symbol {
                case "*": next[index + 1] = reach[index + 1] || next[index]
                case "?": next[index + 1] = reach[index]
                default: next[index + 1] = reach[index] && text[index] == symbol
                }
            }
            reach = next
        }
        return reach[text.count]
    }

    @Test func agreesWithReference() throws {
        var chance = Chance(seed: 1)
        let letters: [Unicode.Scalar] = ["a", "b", "a", "é", "日"]
        let symbols: [Unicode.Scalar] = ["a", "b", "a", "é", "日", "*", "*", "?"]
        var matched = 0
        let count = fuzzCount(standard: 5_000)
        for _ in 0..<count {
            let text = (0..<chance.below(14)).map { _ in chance.pick(letters) }
            let pattern = (0..<chance.below(9)).map { _ in chance.pick(symbols) }
            let expected = GlobTests.reference(text, pattern)
            matched += expected ? 1 : 0
            let (left, right) = (GlobTests.text(text), GlobTests.text(pattern))
            try #require(try isLike(left, right) == expected, "\(left) like \(right)")
        }
        #expect(matched > count / 10 && matched < count * 9 / 10)
    }

    static func text(_ scalars: [Unicode.Scalar]) -> Text {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return Text(String(view))
    }

    /// Long enough segments to leave the plain search for the automata, with true and false answers.
    @Test func agreesWithReferenceOnLongSegments() throws {
        var chance = Chance(seed: 2)
        var (matched, missed) = (0, 0)
        for _ in 0..<300 {
            let length = 1 + chance.below(200)
            var text: [Unicode.Scalar] = (0..<2_000).map { _ in chance.often(99) ? "a" : chance.pick(["b", "é"]) }
            let rare: [Unicode.Scalar] = chance.often(50) ? ["?", "b"] : ["é", "b"]
            var segment: [Unicode.Scalar] = (0..<length).map { _ in chance.often(95) ? "a" : chance.pick(rare) }
            segment.append(chance.pick(rare + ["é"]))
            if chance.often(30) { text.replaceSubrange(1_000..<1_000, with: segment.map { $0 == "?" ? "日" : $0 }) }
            let pattern = ["*"] + segment + ["*", "a", "*", "a"]
            let expected = GlobTests.reference(text, pattern)
            if expected { matched += 1 } else { missed += 1 }
            try #require(try isLike(GlobTests.text(text), GlobTests.text(pattern)) == expected)
        }
        #expect(matched > 20 && missed > 20)
    }

    /// Patterns that make backtracking matchers run for years. The limit is for a machine under load; they take milliseconds.
    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            (String(repeating: "*a", count: 10_000) + "b", false),
            ("*" + String(repeating: "a", count: 10_000) + "b*", false),
            ("*" + String(repeating: "?", count: 10_000) + "b*", false),
            ("*" + String(repeating: "a?", count: 5_000) + "b*", false),
            (String(repeating: "*" + String(repeating: "a", count: 63) + "b", count: 300), false),
            (String(repeating: "*?", count: 10_000), true),
            (String(repeating: "a*", count: 20_000), true),
            (String(repeating: "*", count: 20_000), true),
        ])
    func hostile(pattern: String, expected: Bool) throws {
        #expect(try isLike(Text(String(repeating: "a", count: 20_000)), Text(pattern)) == expected)
    }
}
