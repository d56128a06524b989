import Bytes
import Policy
import Testing

@Suite struct AskedKeysTests {
    @Test(
        arguments: [
            (#""Condition":{"StringEquals":{"aws:username":"x","AWS:UserName":"y"}}"#, ["aws:username"]),
            (#""Condition":{"Bool":{"k:a":"true"},"Null":{"k:b":"true"}}"#, ["k:a", "k:b"]),
            (#""Condition":{"StringLike":{"k:a":["${k:b}-${k:c, 'd'}","${*}${?}${$}"]}}"#, ["k:a", "k:b", "k:c"]),
            (#""Sid":"a""#, []),
        ] as [(String, [Text])])
    func keys(_ member: String, _ expected: [Text]) throws {
        let text = #"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*",\#(member)}}"#
        #expect(try PolicyDocument.parse(Array(text.utf8), kind: .identity).askedKeys == expected)
    }

    /// The older language has no variables.
    @Test func literally() throws {
        let text = #"{"Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:sns:::${k:a}"}}"#
        #expect(try PolicyDocument.parse(Array(text.utf8), kind: .identity).askedKeys.isEmpty)
    }
}
