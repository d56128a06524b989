internal import Bytes
internal import Primitives

/// `v1=` and HMAC-SHA-256, in hexadecimal, over the timestamp's digits, a full stop and the body.
enum WebhookSignature {
    static func make(_ key: Text, _ time: String, _ body: [UInt8]) -> Text {
        var message = Array("\(time).".utf8) + body
        defer { Wipe.wipe(&message) }
        return "v1=\(Hex.encode(HMACKey(key.bytes).authenticate(message).bytes))"
    }
}
