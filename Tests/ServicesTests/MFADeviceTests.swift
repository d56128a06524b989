import Bytes
import Seal
import Store
import TestKit
import Testing
import Wire

@testable import Services

/// Codes are good once, for a minute and a half, and can't be tried through.
@Suite struct MFADeviceTests {
    private let account: AccountID
    private let root = RootKey.generate()
    private let seed = Array("12345678901234567890".utf8)
    /// The beginning of a step.
    private let start = Timestamp(seconds: 1_800_000_000)

    init() throws { account = try #require(AccountID("000000000001")) }

    private func code(_ time: Timestamp) -> [UInt8] {
        let digits = String(TimeCodes(seed: SecretBytes(seed)).value(TimeCodes.step(seconds: time.seconds)))
        return Array((String(repeating: "0", count: 6 - digits.count) + digits).utf8)
    }

    private func device(drift: Int64 = 0) throws -> MFADevice {
        var device = MFADevice(
            account: account, path: "/", name: "phone", seed: SecretBytes(seed), at: start, [], root: root)
        let before = start + -600_000
        let shown = before + drift
        let isDone = try device.synchronize(code(shown + -30_000), code(shown), within: 20, at: before, root: root)
        #expect(isDone)
        device.enable(for: "alice", at: before)
        return device
    }

    @Test func aCodeIsGoodOnce() throws {
        var device = try device()
        #expect(try device.accept(code(start), at: start, root: root))
        #expect(try !device.accept(code(start), at: start, root: root))
        #expect(try !device.accept(code(start + -30_000), at: start, root: root), "older than the last")
        #expect(try device.accept(code(start + 30_000), at: start + 30_000, root: root))
    }

    @Test func theCodesOfEnablingAreUsed() throws {
        var device = try device()
        let before = start + -600_000
        #expect(try !device.accept(code(before), at: before, root: root))
    }

    @Test func oneStepEitherWay() throws {
        for (offset, isGood) in [(-60_000, false), (-30_000, true), (0, true), (30_000, true), (60_000, false)] {
            var device = try device()
            #expect(try device.accept(code(start + Int64(offset)), at: start, root: root) == isGood, "\(offset)")
        }
    }

    @Test func aWrongClockIsRemembered() throws {
        var device = try device(drift: 300_000)
        #expect(try !device.accept(code(start), at: start, root: root))
        #expect(try device.accept(code(start + 300_000), at: start, root: root))
    }

    @Test func guessesAreSlowedDown() throws {
        var device = try device()
        for _ in 0..<5 { #expect(try !device.accept(Array("000000".utf8), at: start, root: root)) }
        #expect(try !device.accept(code(start), at: start, root: root), "even the right one")
        let later = start + MFADevice.patience
        #expect(try device.accept(code(later), at: later, root: root))
        #expect(try device.accept(code(later + 30_000), at: later + 30_000, root: root), "forgiven")
    }

    @Test func verifying() async throws {
        let world = try await World()
        let now = start
        let user = Entity(
            .user, name: "Alice", path: "/", account: account, at: now, chance: world.house.chance)
        var device = MFADevice(
            account: account, path: "/", name: "phone", seed: SecretBytes(seed), at: now, [], root: world.root)
        device.enable(for: user.key.id, at: now)
        let item = device.item
        try await world.house.store.write { transaction in
            _ = try transaction.insert(user.item)
            _ = try transaction.insert(item)
        }
        let state = try EntityState(user)
        let good = Text(decoding: code(now)[...])
        func verify(_ serial: Text, _ code: Text) async throws -> Bool {
            try await MFADevices.verify(serial, code, state, at: now, world.house)
        }
        #expect(try await !verify("arn:aws:iam::000000000001:mfa/other", good))
        #expect(try await !verify("arn:aws:iam::000000000002:mfa/phone", good))
        #expect(try await !verify(device.serial, "12345"))
        #expect(try await verify(device.serial, good))
        #expect(try await !verify(device.serial, good), "a replay")
        await world.close()
    }

    @Test func base32() {
        let vectors = [("", ""), ("fooba", "MZXW6YTB"), ("1234567890", "GEZDGNBVGY3TQOJQ")]
        for (plain, coded) in vectors {
            #expect(Base32.encode(Array(plain.utf8)) == Array(coded.utf8))
        }
    }
}

@Suite struct PasswordPolicyTests {
    private let account: AccountID

    init() throws { account = try #require(AccountID("000000000001")) }

    private func text(_ password: String, _ rules: Fields?) -> Text? {
        do {
            try PasswordPolicy(rules).check(Array(password.utf8), account: account)
            return nil
        } catch { return error.message }
    }

    @Test func withoutAPolicy() {
        #expect(text("Abcdefg1", nil) == nil)
        #expect(text("abcdef1!", nil) == nil)
        for bad in ["Abcde1!", "abcdefgh1", "ABCDEFGH", "000000000001"] { #expect(text(bad, nil) != nil, "\(bad)") }
    }

    @Test func rules() {
        let rules: Fields = [
            "MinimumPasswordLength": .integer(10), "RequireSymbols": .bool(true), "RequireNumbers": .bool(true),
            "RequireUppercaseCharacters": .bool(true), "RequireLowercaseCharacters": .bool(true),
        ]
        #expect(text("Abcdefgh1!", rules) == nil)
        #expect(text("Abcdefg1!", rules) == "Password should have a minimum length of 10")
        #expect(text("abcdefgh1!", rules) == "Password should have at least one uppercase letter")
        #expect(text("ABCDEFGH1!", rules) == "Password should have at least one lowercase letter")
        #expect(text("Abcdefghi!", rules) == "Password should have at least one number")
        #expect(text("Abcdefgh12", rules) == "Password should have at least one symbol")
        #expect(text("abcdef", [:]) == nil)
        #expect(text("abcde", [:]) != nil)
    }
}
