import Bytes
import Store
import Testing

@testable import Services

/// Specification 1.7.3; the rows are observations of AWS.
@Suite struct SecretFilterTests {
    struct Row: Sendable, CustomStringConvertible {
        let key: SecretFilter.Key
        let value: Text
        var name: Text = "x"
        var attribute: Text = ""
        let matches: Bool
        var description: String { "\(key.rawValue) '\(value)' on '\(name)' '\(attribute)'" }
    }

    static let descriptions: [(Text, Text, Bool)] = [
        ("a secret", "a", true), ("an secret", "a", true), ("asecret", "a", true), ("thesecret", "a", false),
        ("a secret", "a secret", true), ("an secret", "a secret", true), ("asecret", "a secret", false),
        ("one two", "one two", true), ("one and two", "one two", true), ("one", "one two", false),
        ("one two", "o t", true), ("one and two", "o t", true), ("two", "t", true), ("one", "t", false),
        ("DescTwo", "d", true), ("DescTwo", "d t", true), ("DescTwo", "t", true),
        ("My Description", "My Description", true), ("my description", "My Description", true),
        ("My basic description", "My Description", true), ("Description of my secret", "My Description", true),
    ]
    static let names: [(Text, Text, Bool)] = [
        ("SecretOneabcdef", "SecretOne", true), ("SecretOneabcdef", "Secret", true),
        ("SecretOneabcdef", "secret", true),
        ("SecretOneabcdef", "sec", true), ("SecretOneabcdef", "ret", false), ("Thirdsecretabcdef", "secret", false),
        ("prod/AppBeta/x", "AppBeta", true), ("prod_AppBeta_x", "Beta", true), ("prod+AppBeta+x", "AppBeta", true),
        ("prod=AppBeta=x", "AppBeta", true), ("prod.AppBeta.x", "AppBeta", true), ("prod@AppBeta@x", "AppBeta", true),
        ("prod-AppBeta-x", "AppBeta", true), ("prod-AppBeta/x", "AppBeta", false), ("prod/AppBeta/x", "+", false),
        ("uat/COMPANY/x", "company", true), ("uat/COMPANYthings/x", "company", false),
        ("uat/COMPANYthings/x", "things", false), ("uat/COMPANYthings/x", "Ythings", true),
        ("uat/COMPANYthings/x", "N", false), ("uat/COMPANYthings/x", "pany", false),
    ]

    @Test(arguments: descriptions) func description(_ row: (attribute: Text, value: Text, matches: Bool)) throws {
        let filter = SecretFilter(key: .description, values: [SecretFilter.Value(row.value)])
        #expect(filter.matches(try secret("x", description: row.attribute)) == row.matches)
    }

    @Test(arguments: names) func allOverNames(_ row: (name: Text, value: Text, matches: Bool)) throws {
        let filter = SecretFilter(key: .all, values: [SecretFilter.Value(row.value)])
        #expect(filter.matches(try secret(row.name)) == row.matches)
    }

    @Test func valuesAreAlternativesAndNegationInverts() throws {
        let either = SecretFilter(key: .name, values: [SecretFilter.Value("a"), SecretFilter.Value("b")])
        #expect(either.matches(try secret("apple")))
        #expect(either.matches(try secret("berry")))
        #expect(!either.matches(try secret("cherry")))
        let not = SecretFilter(key: .name, values: [SecretFilter.Value("!/")])
        #expect(not.matches(try secret("apple")))
        #expect(!not.matches(try secret("/apple")))
        let without = SecretFilter(key: .tagKey, values: [SecretFilter.Value("!team")])
        #expect(without.matches(try secret("apple")))
    }

    @Test func namePrefixesAreCaseSensitive() throws {
        let filter = SecretFilter(key: .name, values: [SecretFilter.Value("App")])
        #expect(filter.matches(try secret("Apple")))
        #expect(!filter.matches(try secret("apple")))
    }

    private func secret(_ name: Text, description: Text? = nil) throws -> SecretState {
        let place = Place(account: .none, region: "us-west-2")
        var draft = SecretDraft(name: name, suffix: "abcdef", place: place, at: Timestamp(seconds: 0))
        draft.description = description
        return try SecretState(draft.encoded)
    }
}
