import Bytes
import Testing

@testable import Services

@Suite struct StatementPlacesTests {
    @Test(
        arguments: [
            (#"{"Statement":{"a":1}}"#, [#"{"a":1}"#]),
            (#"{"Statement":[{"a":1},{"b":[{}]}]}"#, [#"{"a":1}"#, #"{"b":[{}]}"#]),
            (#" { "Version" : "x" , "Statement" : [ {"a":"]}\"{"} , {} ] } "#, [#"{"a":"]}\"{"}"#, "{}"]),
            (#"{"Id":"\"Statement\":{}","Statement":[{"Statement":[{}]}]}"#, [#"{"Statement":[{}]}"#]),
            (#"{"Id":"Statement","Version":"Statement"}"#, []), ("{}", []), ("", []), ("{", []),
            (#"{"Statement":["#, []), (#"{"Statement":[}"#, [""]),
        ] as [(Text, [Text])])
    func places(_ text: Text, _ expected: [Text]) {
        let bytes = text.bytes
        let places = StatementPlaces(text)
        #expect(places.ranges.map { Text(decoding: bytes[$0]) } == expected)
        #expect(places.shown(expected.count) == nil)
    }
}
