import Bytes
import TestKit
import Testing

@testable import Services

struct RequestIDTests {
    private let chance = Chance.seeded(3)
    private let time = Timestamp(milliseconds: 1_800_000_000_123)

    @Test func isVersion7() throws {
        let id = RequestID(at: time, chance)
        let text = id.text.bytes
        #expect(text.count == 36 && [8, 13, 18, 23].allSatisfy { text[$0] == 0x2D })
        #expect(text[14] == 0x37 && "89ab".utf8.contains(text[19]))
        #expect(id.time == time)
        #expect(RequestID(id.text) == id && RequestID(id.authorizationID) == id)
        #expect(id.authorizationID.utf8.count == 32)
        // RFC 9562, appendix A.6.
        let sample = try #require(RequestID("017f22e2-79b0-7cc3-98c4-dc0c0c07398f"))
        #expect(sample.time == Timestamp(milliseconds: 1_645_557_742_000))
    }

    @Test func sortsByTime() {
        var last: Text = ""
        for step in 0..<1000 {
            let id = RequestID(at: time + Int64(step), chance).text
            #expect(last < id)
            last = id
        }
    }

    @Test func kinDifferInTheLastTwelveDigits() {
        let id = RequestID(at: time, chance).text
        let kin = (0..<100).map { _ in chance.kin(of: id) }
        #expect(Set(kin).count == 100)
        for one in kin {
            #expect(one != id && one.utf8.prefix(24).elementsEqual(id.utf8.prefix(24)) && RequestID(one) != nil)
        }
    }

    @Test(
        arguments: [
            "", "x", "5f0c2f4e-2f0a-4bb0-9a39-0e0b6d4f3c55", "017f22e2-79b0-7cc3-18c4-dc0c0c07398f",
            "017F22E2-79B0-7CC3-98C4-DC0C0C07398F", "017f22e2-79b0-7cc3-98c4-dc0c0c07398",
            "017f22e279b07cc398c4dc0c0c07398ff",
            "017f22e279b0-7cc398c4-dc0c0c07398f", "-017f22e279b07cc398c4dc0c0c07398f",
            "017f22e2-79b0-7cc3-98c4-dc0c0c07398g",
            "017f22e2_79b0_7cc3_98c4_dc0c0c07398f", "../../../../etc/passwd",
        ] as [Text])
    func isNone(_ text: Text) { #expect(RequestID(text) == nil) }

    @Test func otherIDsStayRandom() {
        let id = chance.uuid().bytes
        #expect(id[14] == 0x34 && "89ab".utf8.contains(id[19]))
    }
}
