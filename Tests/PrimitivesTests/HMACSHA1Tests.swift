import Primitives
import Testing

/// RFC 2202, section 3.
struct HMACSHA1Tests {
    @Test(
        arguments: [
            ([UInt8](repeating: 0x0B, count: 20), "Hi There", "b617318655057264e28bc0b6fb378c8ef146be00"),
            (Array("Jefe".utf8), "what do ya want for nothing?", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
            (
                [UInt8](repeating: 0xAA, count: 80), "Test Using Larger Than Block-Size Key - Hash Key First",
                "aa4ae5e15272d00e95705637ce8a3b55ed402112"
            ),
        ] as [([UInt8], String, String)])
    func section3(key: [UInt8], message: String, expected: String) throws {
        let code = unsafe HMACSHA1.authenticate(Array(message.utf8), key: key.span.bytes)
        #expect(code == (try unhex(expected)))
    }
}
