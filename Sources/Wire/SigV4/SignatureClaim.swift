package import Bytes
package import Primitives

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

    package var accessKeyID: Text { terms.credential.accessKeyID }
    /// Of the scope, `YYYYMMDD`.
    package var date: Text { terms.credential.date }
    package var region: Text { terms.credential.region }
    package var service: Text { terms.credential.service }
    package let timestamp: Timestamp
    /// Lower case, `;` between, as sent.
    package var signedHeaders: Text { terms.names.text }
    package let signature: Digest32
    package let sessionToken: Text?
    package let form: Form

    package let terms: SignatureTerms
    /// As sent, in ISO 8601 basic format.
    let dateTime: ArraySlice<UInt8>
    /// A header that had to be signed and is not, in lower case.
    let unsignedHeader: Text?
    /// 64 hexadecimal digits, if the request states the hash of its body.
    let contentSHA256: ArraySlice<UInt8>?

    /// Throws what is wrong with the claim's form: rows 5 to 8, 12 and 13 of AWS's checks.
    ///
    /// - Parameter known: terms that an earlier claim came with; taken instead of read where they are the same.
    package static func read(
        _ request: Request, _ envelope: Envelope, known: SignatureTerms? = nil
    ) throws(SignatureFlaw) -> SignatureClaim {
        let query = queryString(request.target)
        let isInQuery = query?.has("X-Amz-Algorithm") ?? false
        if let hash = envelope.contentSHA256, Digest32(lowercaseHex: hash.span) == nil { throw .unhashedPayload }
        switch (envelope.authorization, query) {
        case (.some, _) where isInQuery: throw .ambiguous
        case (let authorization?, _): return try read(authorization, request, envelope, known)
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
        terms: SignatureTerms, dateTime: ArraySlice<UInt8>, signature: ArraySlice<UInt8>, sessionToken: Text?,
        form: Form, request: Request, envelope: Envelope
    ) throws(SignatureFlaw) {
        guard let timestamp = Timestamp(basicISO8601: dateTime.span) else {
            throw .malformedDate(Text(decoding: dateTime))
        }
        guard let signature = Digest32(lowercaseHex: signature.span) else { throw .mismatch }
        self.terms = terms
        self.timestamp = timestamp
        self.dateTime = dateTime
        self.signature = signature
        self.sessionToken = sessionToken
        self.form = form
        unsignedHeader = terms.names.firstMissing(from: request.headers)
        contentSHA256 = envelope.contentSHA256
    }
}
