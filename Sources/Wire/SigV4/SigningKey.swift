package import Bytes
import Primitives

/// The key that SigV4 derives for a day, a region and a service. Deriving costs four HMACs: callers cache it.
package struct SigningKey: Sendable, CustomStringConvertible, CustomReflectable {
    private let key: HMACKey

    /// `date` is `YYYYMMDD`.
    package static func derive(secret: [UInt8], date: Text, region: Text, service: Text) -> SigningKey {
        var key = HMACKey(Array("AWS4".utf8) + secret)
        for part in [date, region, service, "aws4_request"] as [Text] {
            key = HMACKey(key.authenticate(part.bytes))
        }
        return SigningKey(key: key)
    }

    func signature(of stringToSign: [UInt8]) -> Digest32 { key.authenticate(stringToSign) }

    package var description: String { "‹signing key›" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
