import Bytes
import Primitives

@testable import Wire

/// A signer that signs whatever it is given, nonsense included.
enum SignedByHand {
    static func hash(_ body: [UInt8]) -> Digest32 { SHA256.hash(body) }

    static func sign(_ request: Request) -> Request {
        var request = request.with("x-amz-date", "20250830T123600Z").with("authorization", nil)
        let names = request.headers.map { Text($0.name).asciiLowercased.string }.sorted().joined(separator: ";")
        let scope = Credential.scope(date: "20250830", region: "eu-central-1", service: "secretsmanager")
        let canonical = CanonicalRequest.bytes(
            request, signed: SignedNames(bytes: Array(names.utf8)[...]), payloadHash: hash(request.body))
        let toSign = CanonicalRequest.stringToSign(
            canonical ?? [], dateTime: Array("20250830T123600Z".utf8)[...], scope: scope)
        let signature = Hex.encode(Sample.key.signature(of: toSign).bytes)
        request.set(
            "authorization",
            """
            AWS4-HMAC-SHA256 Credential=\(Sample.signer.accessKeyID)/\(String(decoding: scope, as: UTF8.self)),\
            SignedHeaders=\(names),Signature=\(signature)
            """)
        return request
    }
}
