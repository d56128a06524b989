package import Bytes
import Primitives

extension SignatureClaim {
    /// Seconds by which a request's clock may differ from ours. AWS's JSON services say 5 minutes and its query services 15;
    /// a stolen request is worth less with 5.
    static let window: Int64 = 300

    /// Rows 9 to 11 and 14 of AWS's checks: time, signed headers, scope. `expected` is the service that answers.
    package func check(now: Timestamp, service expected: Text) throws(SignatureFlaw) {
        try checkTime(now)
        if let unsignedHeader {
            throw unsignedHeader == "host" ? .hostNotSigned : .headerNotSigned(unsignedHeader)
        }
        let sentences = scopeFlaws(expected)
        guard sentences.isEmpty else { throw .wrongScope(sentences) }
    }

    /// To the second, the resolution of the signed time.
    private func checkTime(_ now: Timestamp) throws(SignatureFlaw) {
        let age = now.seconds &- timestamp.seconds
        guard age >= -Self.window else { throw .notYetCurrent(signed: timestamp, now: now) }
        switch form {
        case .header:
            guard age <= Self.window else { throw .expired(signed: timestamp, now: now, lifetime: nil) }
        case .query(let expires):
            guard age <= expires else { throw .expired(signed: timestamp, now: now, lifetime: expires) }
        }
    }

    private func scopeFlaws(_ expected: Text) -> [Text] {
        var sentences: [Text] = []
        if !terms.credential.hasRegion { sentences.append("Credential should be scoped to a valid region.") }
        if !ASCII.equal(service.string, expected.string) {
            sentences.append("Credential should be scoped to correct service: '\(expected)'.")
        }
        if let wrong = terms.credential.wrongTerminator {
            sentences.append("Credential should be scoped with a valid terminator: 'aws4_request', not '\(wrong)'.")
        }
        if !isDateInScope {
            let day = Text(decoding: dateTime.prefix(8))
            sentences.append(
                """
                Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '\(date)' != \
                '\(day)', from '\(Text(decoding: dateTime))'.
                """)
        }
        return sentences
    }

    private var isDateInScope: Bool {
        let day = date.utf8.span
        let time = dateTime.span
        guard day.count == 8, time.count >= 8 else { return false }
        for index in day.indices where day[index] != time[index] { return false }
        return true
    }

    /// Whether `key` made the signature over exactly this request. Does all the work whatever is wrong, so that time tells
    /// nothing; call it with some other key where there is no such access key.
    package func verify(_ request: Request, key: SigningKey) -> Bool {
        verify(request, key: key, rules: CanonicalRequest.Rules())
    }

    func verify(_ request: Request, key: SigningKey, rules: CanonicalRequest.Rules) -> Bool {
        let payload = SHA256.hash(request.body)
        let canonical = CanonicalRequest.bytes(request, signed: terms.names, payloadHash: payload, rules: rules)
        let toSign = CanonicalRequest.stringToSign(canonical ?? [], dateTime: dateTime, scope: terms.credential.scope)
        let isGenuine = constantTimeEqual(signature, key.signature(of: toSign))
        let isWhole = contentSHA256.map { Digest32(lowercaseHex: $0.span) == payload } ?? true
        return isGenuine && isWhole && canonical != nil
    }
}
