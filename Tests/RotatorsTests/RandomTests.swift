import Bytes
import Services
import Testing

@testable import Rotators

struct RandomTests {
    @Test("a plain value is rotated whole, of a JSON object one member")
    func values() async throws {
        let plain = FakeVault(current: "not JSON", draw: { "new \($0)" })
        try await RandomValue().rotate(plain)
        #expect(plain["AWSCURRENT"] == "new 1")
        try await RandomValue().rotate(plain)
        #expect(plain["AWSCURRENT"] == "new 2")

        let object = FakeVault(current: #"{"b":1,"password":"x","a":[true,null]}"#, draw: { _ in "n\"ew" })
        try await RandomValue().rotate(object)
        #expect(object["AWSCURRENT"] == #"{"b":1,"password":"n\"ew","a":[true,null]}"#)

        let named = FakeVault(current: #"{"token":"x"}"#, tags: ["undercroft:member": "token"], draw: { _ in "new" })
        try await RandomValue().rotate(named)
        #expect(named["AWSCURRENT"] == #"{"token":"new"}"#)

        // An object is never replaced by a string.
        let other = FakeVault(current: #"{"token":"x"}"#)
        #expect(
            await failure { () throws(RotationFailure) in try await RandomValue().rotate(other) }?.kind
                == "InvalidSecret")
    }

    @Test("the pending value stays over retries")
    func retry() async throws {
        let vault = FakeVault(current: "old")
        try await RandomValue().run(.create, on: vault)
        let value = vault["AWSPENDING"]
        try await RandomValue().run(.create, .set, .create, .test, on: vault)
        #expect(vault["AWSPENDING"] == value)
        #expect(vault.snapshot.drawn == 1)
    }

    @Test("tags set the rules; without them they are AWS's functions'")
    func rules() async throws {
        let plain = FakeVault(current: "old")
        try await RandomValue().run(.create, on: plain)
        let usual = try #require(plain.snapshot.rules.first)
        #expect(usual.length == 32 && usual.excluded == "/@\"'\\`" && usual.requiresEachType)

        let tagged = FakeVault(
            current: "old",
            tags: [
                "undercroft:exclude-characters": "xyz", "undercroft:password-length": "40",
                "undercroft:exclude-punctuation": "TRUE", "undercroft:require-each-included-type": "false",
            ])
        try await RandomValue().run(.create, on: tagged)
        let rules = try #require(tagged.snapshot.rules.first)
        #expect(rules.length == 40 && rules.excluded == "xyz" && rules.excludesPunctuation && !rules.requiresEachType)
        #expect(!rules.excludesNumbers)

        for (tag, value) in [("undercroft:password-length", "many"), ("undercroft:exclude-numbers", "1")]
            as [(Text, Text)]
        {
            let wrong = FakeVault(current: "old", tags: [tag: value])
            #expect(
                await failure { () throws(RotationFailure) in try await RandomValue().rotate(wrong) }?.kind
                    == "InvalidTag")
        }
    }
}
