package import Bytes
import Primitives

/// The client's side of SigV4.
package struct Signer: Sendable {
    package var accessKeyID: Text
    private let secret: SensitiveBytes
    package var sessionToken: Text?
    package var region: Text
    package var service: Text
    /// Adds `X-Amz-Content-Sha256`, which our services don't ask for.
    package var statesPayloadHash = false
    var rules = CanonicalRequest.Rules()

    package init(accessKeyID: Text, secret: [UInt8], sessionToken: Text? = nil, region: Text, service: Text) {
        self.accessKeyID = accessKeyID
        self.secret = SensitiveBytes(secret, isText: true)
        self.sessionToken = sessionToken
        self.region = region
        self.service = service
    }

    /// Adds `X-Amz-Date`, `X-Amz-Security-Token` if there is a token, and `Authorization`; what the request has of these is
    /// replaced. The request must have a `Host`.
    package func sign(_ request: inout Request, at time: Timestamp) {
        request.headers.removeAll(where: Self.isOwn)
        request.headers.append(Header("X-Amz-Date", time.basicISO8601.string))
        let token = sessionToken.map { Header("X-Amz-Security-Token", $0.string) }
        if let token, !rules.omitsSessionToken { request.headers.append(token) }
        let payloadHash = SHA256.hash(request.body)
        if statesPayloadHash {
            request.headers.append(
                Header("X-Amz-Content-Sha256", String(decoding: payloadHash.hexBytes, as: UTF8.self)))
        }
        let names = Self.signedNames(request.headers)
        let signature = signature(request, names, payloadHash, time)
        if let token, rules.omitsSessionToken { request.headers.append(token) }
        request.headers.append(
            Header(
                "Authorization",
                """
                AWS4-HMAC-SHA256 Credential=\(credential(time)), SignedHeaders=\(names), Signature=\(signature)
                """))
    }

    /// The same request with its signature in the query string, valid for `expires` seconds (1 to 604800).
    package func presign(_ request: Request, at time: Timestamp, expires: Int64) -> Request {
        var signed = request
        signed.headers.removeAll(where: Self.isOwn)
        let names = Self.signedNames(signed.headers)
        var target = Array(signed.target.utf8)
        var separator: UInt8 = target.contains(0x3F) ? 0x26 : 0x3F
        func add(_ name: String, _ value: Text) {
            target.append(separator)
            target.append(contentsOf: name.utf8)
            target.append(0x3D)
            target.append(contentsOf: PercentCoding.encode(value.utf8))
            separator = 0x26
        }
        add("X-Amz-Algorithm", "AWS4-HMAC-SHA256")
        add("X-Amz-Credential", credential(time))
        add("X-Amz-Date", time.basicISO8601)
        add("X-Amz-SignedHeaders", names)
        add("X-Amz-Expires", "\(expires)")
        if let sessionToken { add("X-Amz-Security-Token", sessionToken) }
        signed.target = String(decoding: target, as: UTF8.self)
        let signature = signature(signed, names, SHA256.hash(signed.body), time)
        add("X-Amz-Signature", signature)
        signed.target = String(decoding: target, as: UTF8.self)
        return signed
    }

    private static func day(_ time: Timestamp) -> Text { Text(String(Substring(time.basicISO8601.utf8.prefix(8)))) }

    private func credential(_ time: Timestamp) -> Text {
        "\(accessKeyID)/\(Self.day(time))/\(region)/\(service)/aws4_request"
    }

    private func signature(_ request: Request, _ names: Text, _ payloadHash: Digest32, _ time: Timestamp) -> Text {
        let canonical = CanonicalRequest.bytes(
            request, signed: SignedNames(bytes: names.bytes[...]), payloadHash: payloadHash, rules: rules)
        let day = Self.day(time)
        let toSign = CanonicalRequest.stringToSign(
            canonical ?? [], dateTime: time.basicISO8601.bytes[...],
            scope: Credential.scope(date: day, region: region, service: service))
        let key = SigningKey.derive(secret: secret.bytes, date: day, region: region, service: service)
        return Hex.encode(key.signature(of: toSign).bytes)
    }

    /// What the signer writes itself.
    private static let own = ["authorization", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256"]

    private static func isOwn(_ header: Header) -> Bool { own.contains { header.isNamed($0) } }

    /// What proxies and HTTP libraries add or change on the way.
    private static let unsigned: Set<Text> = [
        "authorization", "connection", "expect", "te", "transfer-encoding", "user-agent", "x-amzn-trace-id",
    ]

    private static func signedNames(_ headers: Headers) -> Text {
        let names = Set(headers.map { Text($0.name).asciiLowercased }).subtracting(unsigned)
        return Text(names.sorted().map(\.string).joined(separator: ";"))
    }
}
