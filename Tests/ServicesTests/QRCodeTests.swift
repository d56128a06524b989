import Testing

@testable import Services

/// Codes as a whole are compared with another encoder's in `tests/conformance/test_iam_mfa.py`.
@Suite struct QRCodeTests {
    /// ISO/IEC 18004:2015, annex I: version 1-M.
    @Test func errorCorrection() {
        let data: [UInt8] = [
            0x10, 0x20, 0x0C, 0x56, 0x61, 0x80, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11,
        ]
        let correction: [UInt8] = [0xA5, 0x24, 0xD4, 0xC1, 0xED, 0x36, 0xC7, 0x87, 0x2C, 0x55]
        #expect(ReedSolomon(degree: 10).remainder(of: data[...]) == correction)
    }

    /// Table 7, level M: the most bytes that each version holds.
    @Test func capacities() {
        let most = [14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331]
        for (index, count) in most.enumerated() {
            #expect(QRCode([UInt8](repeating: 0x41, count: count))?.size == 17 + 4 * (index + 1))
            let next = QRCode([UInt8](repeating: 0x41, count: count + 1))
            #expect(next?.size == (index + 1 < most.count ? 17 + 4 * (index + 2) : nil))
        }
    }

    /// Of the eight masks the one with the least penalty is taken, so no code is all stripes.
    @Test func masks() throws {
        let code = try #require(QRCode(Array("otpauth://totp/phone@000000000001?secret=ABCDEFGH".utf8)))
        let dark = code.modules.count(where: { $0 })
        #expect(abs(dark * 100 / code.modules.count - 50) <= 5)
    }
}
