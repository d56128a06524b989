import Bytes
import Seal
import Testing

struct BindingTests {
    @Test func bytesAreAsDescribed() throws {
        let expected =
            "010000000c7365637265742076616c7565000000030000000c3030303030303030303030310000000c65752d63656e7472616c2d31"
            + "0000000961726e3a6177733a78"
        #expect(knownBinding.bytes == (try unhex(expected)))
    }

    /// Different purposes and parts whose plain concatenations agree.
    @Test func nothingRunsTogether() {
        let cuts: [(Text, [Text])] = [
            ("p", ["ab", "c"]), ("p", ["a", "bc"]), ("p", ["abc"]), ("p", ["abc", ""]), ("p", ["", "abc"]),
            ("p", ["a", "b", "c"]), ("pa", ["bc"]), ("", ["pabc"]), ("pabc", []), ("p", []), ("", []), ("", [""]),
            ("p", ["a\0b", "c"]), ("p", ["a", "b\0c"]), ("p", ["a", "\0", "bc"]),
            ("p", ["a\u{0}\u{0}\u{0}\u{2}bc"]), ("p", ["é"]), ("p", ["e\u{301}"]),
        ]
        let bindings = cuts.map { Binding($0.0, $0.1) }
        #expect(Set(bindings).count == cuts.count)
        for (index, one) in bindings.enumerated() {
            for (otherIndex, other) in bindings.enumerated() where otherIndex != index {
                #expect(!other.bytes.starts(with: one.bytes), "\(cuts[index]) begins \(cuts[otherIndex])")
            }
        }
    }
}
