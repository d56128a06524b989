import Bytes
import Testing

@testable import Seal

struct TimeCodesTests {
    private let codes = TimeCodes(seed: SecretBytes(Array("12345678901234567890".utf8)))

    /// RFC 6238, appendix B, the rows of SHA-1: eight digits there, the last six of them here.
    @Test(
        arguments: [
            (59, 94_287_082), (1_111_111_109, 7_081_804), (1_111_111_111, 14_050_471), (1_234_567_890, 89_005_924),
            (2_000_000_000, 69_279_037), (20_000_000_000, 65_353_130),
        ] as [(Int64, UInt32)])
    func appendixB(seconds: Int64, code: UInt32) {
        let step = TimeCodes.step(seconds: seconds)
        #expect(codes.value(step, modulo: 100_000_000) == code)
        #expect(codes.value(step) == code % 1_000_000)
    }

    /// RFC 4226, appendix D: the same truncation by count.
    @Test func appendixD() {
        let expected: [UInt32] = [
            755224, 287082, 359152, 969429, 338314, 254676, 287922, 162583, 399871, 520489,
        ]
        #expect((0..<10).map { codes.value($0) } == expected)
    }

    @Test func findsTheStep() {
        #expect(codes.step(of: Array("359152".utf8), in: 0...5) == 2)
        #expect(codes.step(of: Array("359152".utf8), in: 3...9) == nil)
        for wrong in ["35915", "3591522", "35915x", "", "+59152"] {
            #expect(codes.step(of: Array(wrong.utf8), in: 0...5) == nil)
        }
    }

    @Test func twoMustFollowEachOther() {
        let (second, third, fifth) = (Array("287082".utf8), Array("359152".utf8), Array("338314".utf8))
        #expect(codes.step(of: second, then: third, in: 0...9) == 2)
        #expect(codes.step(of: third, then: second, in: 0...9) == nil)
        #expect(codes.step(of: second, then: fifth, in: 0...9) == nil)
        #expect(codes.step(of: second, then: second, in: 0...9) == nil)
        #expect(codes.step(of: second, then: third, in: 2...9) == nil, "the first lies outside")
    }
}

struct PasswordHashTests {
    @Test func differsByPasswordAndSalt() throws {
        let (one, two) = ([UInt8](repeating: 1, count: 16), [UInt8](repeating: 2, count: 16))
        let password = SecretBytes(Array("correct horse".utf8))
        let hash = try #require(PasswordHash(password, salt: one))
        #expect(hash.isSame(as: try #require(PasswordHash(password, salt: one))))
        #expect(!hash.isSame(as: try #require(PasswordHash(password, salt: two))))
        #expect(!hash.isSame(as: try #require(PasswordHash(SecretBytes(Array("correct horsf".utf8)), salt: one))))
        #expect(hash.hash.count == 32)
    }
}
