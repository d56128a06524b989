import Bytes
import TestKit
import Testing
import Wire

@testable import Services

@Suite struct PasswordRulesTests {
    private func generate(_ fields: Fields, seed: UInt64 = 1) throws -> String {
        let rules = try Secrets.PasswordRules(fields)
        return String(decoding: rules.generate(.seeded(seed)), as: UTF8.self)
    }

    @Test func defaults() throws {
        for seed in 1...200 as ClosedRange<UInt64> {
            let password = try generate([:], seed: seed)
            #expect(password.utf8.count == 32)
            #expect(password.contains { $0.isLowercase })
            #expect(password.contains { $0.isUppercase })
            #expect(password.contains { $0.isNumber })
            #expect(password.contains { $0.isPunctuation || $0.isSymbol })
            #expect(!password.contains(" "))
        }
    }

    @Test func exclusions() throws {
        let only = try generate([
            "PasswordLength": .integer(500), "ExcludePunctuation": .bool(true), "ExcludeUppercase": .bool(true),
            "ExcludeLowercase": .bool(true), "ExcludeCharacters": "12345",
        ])
        #expect(only.allSatisfy { "67890".contains($0) })
        #expect(Set(only).count == 5)
    }

    @Test func eachRequiredKindFitsExactly() throws {
        for seed in 1...50 as ClosedRange<UInt64> {
            let password = try generate(["PasswordLength": .integer(5), "IncludeSpace": .bool(true)], seed: seed)
            #expect(password.contains(" "))
            #expect(password.contains { $0.isNumber })
        }
    }

    @Test func tooShortAndNothingLeft() {
        #expect(throws: Fault.invalidParameter("Password length is too short based on the required types.")) {
            try Secrets.PasswordRules(["PasswordLength": .integer(3)])
        }
        #expect(throws: Fault.self) {
            try Secrets.PasswordRules([
                "ExcludePunctuation": .bool(true), "ExcludeUppercase": .bool(true), "ExcludeLowercase": .bool(true),
                "ExcludeNumbers": .bool(true),
            ])
        }
    }

    @Test func characterDrawsAreUniform() {
        let chance = Chance.seeded(5)
        var counts = [UInt8: Int]()
        for byte in chance.characters(62_000, from: SecretReference.suffixAlphabet) { counts[byte, default: 0] += 1 }
        #expect(counts.count == 62)
        #expect(counts.values.allSatisfy { (850...1150).contains($0) })
    }
}
