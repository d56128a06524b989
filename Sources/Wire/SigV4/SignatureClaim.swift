package import Bytes

/// Who a request says signed it, and how: syntax only, nothing of it is believed yet.
///
/// The order is ``read(_:_:)``, then ``check(now:service:)``, then ``verify(_:key:)`` with the key of
/// ``accessKeyID``, ``date``, ``region`` and ``service``.
package struct SignatureClaim: Sendable {
    package enum Form: Sendable, Equatable {
        case header
        /// Seconds of validity, from ``SignatureClaim/timestamp`` on.
        case query(expires: Int64)
    }

    package var accessKeyID: Text { credential.accessKeyID }
    /// Of the scope, `YYYYMMDD`.
    package var date: Text { credential.date }
    package var region: Text { credential.region }
    package var service: Text { credential.service }
    package let timestamp: Timestamp
    /// Lower case, `;` between, as sent.
    package var signedHeaders: Text { names.text }
    /// 32 raw bytes.
    package let signature: [UInt8]
    package let sessionToken: Text?
    package let form: Form

    let credential: Credential
    /// As sent, in ISO 8601 basic format.
    let dateTime: Text
    let names: SignedNames
    /// A header that had to be signed and is not, in lower case.
    let unsignedHeader: Text?
    /// 64 hexadecimal digits, if the request states the hash of its body.
    let contentSHA256: String?

    /// Throws what is wrong with the claim's form: rows 5 to 8, 12 and 13 of AWS's checks.
    package static func read(_ request: Request, _ envelope: Envelope) throws(SignatureFlaw) -> SignatureClaim {
        let query = queryString(request.target)
        let isInQuery = query?.has("X-Amz-Algorithm") ?? false
        if let hash = envelope.contentSHA256, Self.raw32(Array(hash.utf8)[...]) == nil { throw .unhashedPayload }
        switch (envelope.authorization, query) {
        case (.some, _) where isInQuery: throw .ambiguous
        case (let authorization?, _): return try read(authorization, request, envelope)
        case (nil, let query?) where isInQuery: return try read(query, request, envelope)
        default: throw .missing
        }
    }

    private static func queryString(_ target: String) -> QueryString? {
        guard target.utf8.count > 1, target.utf8.contains(0x3F) else { return nil }
        let bytes = Array(target.utf8)
        guard let mark = bytes.firstIndex(of: 0x3F) else { return nil }
        return QueryString(bytes[(mark + 1)...])
    }

    init(
        credential: Credential, dateTime: Text, names: SignedNames, signature: ArraySlice<UInt8>, sessionToken: Text?,
        form: Form, request: Request, envelope: Envelope
    ) throws(SignatureFlaw) {
        guard let timestamp = Timestamp(basicISO8601: dateTime) else { throw .malformedDate(dateTime) }
        guard let signature = Self.raw32(signature) else { throw .mismatch }
        self.credential = credential
        self.timestamp = timestamp
        self.dateTime = dateTime
        self.names = names
        self.signature = signature
        self.sessionToken = sessionToken
        self.form = form
        unsignedHeader = names.firstMissing(from: request.headers)
        contentSHA256 = envelope.contentSHA256
    }

    /// 64 lower-case digits, as every signer writes them: one signature has one spelling.
    static func raw32(_ digits: ArraySlice<UInt8>) -> [UInt8]? {
        guard digits.count == 64 else { return nil }
        var out = [UInt8](repeating: 0, count: 32)
        let span = digits.span
        for index in 0..<32 {
            let high = nibble(span[index &* 2])
            let low = nibble(span[index &* 2 &+ 1])
            guard high | low < 16 else { return nil }
            out[index] = high << 4 | low
        }
        return out
    }

    /// 255 for what is no digit.
    private static func nibble(_ digit: UInt8) -> UInt8 {
        if ASCII.isDigit(digit) { return digit & 15 }
        return digit &- 0x61 < 6 ? digit &- 0x57 : 255
    }
}
