import Primitives
import Seal
import Testing

struct SecretBytesTests {
    private static let text = "hunter2-hunter2"

    @Test(arguments: [false, true])
    func neverPrintsItself(isGuarded: Bool) {
        let bytes = Array(SecretBytesTests.text.utf8)
        let secret = isGuarded ? SecretBytes(guarded: bytes) : SecretBytes(bytes)
        struct Holder { let secret: SecretBytes }
        var dumped = ""
        dump(secret, to: &dumped)
        dump(Holder(secret: secret), to: &dumped)
        let prints = [
            String(describing: secret), String(reflecting: secret), "\(secret)", "\([secret])",
            "\(Holder(secret: secret))",
            String(reflecting: Holder(secret: secret)), String(describing: Optional(secret)), dumped,
        ]
        for print in prints {
            #expect(print.contains("‹secret›"))
            // Neither as text nor as a list of numbers.
            #expect(!print.contains("hunter") && !print.contains("104, 117"))
        }
        #expect(Mirror(reflecting: secret).children.isEmpty)
    }

    @Test func keepsItsBytes() {
        for count in [0, 1, 31, 32, 64, 65, 256, 1024, 4096, 4097, 70_000] {
            let bytes = pattern(count, count)
            for secret in [SecretBytes(bytes), SecretBytes(guarded: bytes)] {
                #expect(secret.count == count)
                #expect(secret.revealBytes() == bytes)
                #expect(secret.reveal { span in span.byteCount } == count)
            }
        }
    }

    @Test func takingEmptiesTheSource() {
        var source = pattern(50, 1)
        let secret = SecretBytes(taking: &source)
        #expect(source == [UInt8](repeating: 0, count: 50))
        #expect(secret.revealBytes() == pattern(50, 1))
        var shared = pattern(50, 2)
        let other = shared
        _ = SecretBytes(taking: &shared)
        #expect(shared == [UInt8](repeating: 0, count: 50))
        #expect(other == pattern(50, 2))
    }

    @Test func comparesContents() {
        let bytes = pattern(33, 3)
        #expect(SecretBytes(bytes) == SecretBytes(guarded: bytes))
        #expect(SecretBytes([]) == SecretBytes(guarded: []))
        #expect(SecretBytes(bytes) != SecretBytes(Array(bytes.dropLast())))
        for index in bytes.indices {
            var other = bytes
            other[index] ^= 1
            #expect(SecretBytes(bytes) != SecretBytes(other))
        }
    }

    @Test func chance() {
        #expect(SecretBytes.random(32) != SecretBytes.random(32))
        #expect(SecretBytes.random(5).count == 5)
    }

    @Test func passesErrorsOn() {
        struct Stop: Error {}
        #expect(throws: Stop.self) { try SecretBytes([1]).reveal { _ in throw Stop() } }
    }
}
