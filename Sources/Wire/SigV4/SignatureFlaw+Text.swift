import Bytes

extension SignatureFlaw {
    func message(_ family: Family) -> Text {
        switch self {
        case .ambiguous: "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header."
        case .missing: family == .json ? "Missing Authentication Token" : "Request is missing Authentication Token"
        case .incompleteHeader(let lacking, let hash): Self.incompleteHeader(lacking, hash)
        case .malformedPart(let part, let header):
            "'\(part)' not a valid key=value pair (missing equal-sign) in Authorization header: '\(header)'."
        case .foreignScheme(let hash):
            """
            Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with \
            Base64): '\(hash)'.
            """
        case .incompleteQuery(let lacking): Self.incompleteQuery(lacking)
        case .repeated(let name): "'\(name)' must not occur more than once."
        case .malformedDate(let date):
            "Date must be in ISO-8601 'basic format'. Got '\(date)'. See http://en.wikipedia.org/wiki/ISO_8601"
        case .expired(let signed, let now, let lifetime): Self.expired(signed, now, lifetime, family)
        case .notYetCurrent(let signed, let now):
            """
            Signature not yet current: \(signed.basicISO8601) is still later than \
            \((now + family.minutes * 60_000).basicISO8601) (\(now.basicISO8601) + \(family.minutes) min.)
            """
        case .malformedLifetime: "X-Amz-Expires must be a number of seconds from 1 to 604800."
        case .hostNotSigned: "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."
        case .headerNotSigned(let name): "'\(name)' must be a 'SignedHeader' in the AWS Authorization."
        case .unsupportedAlgorithm(let name):
            "Unsupported AWS 'algorithm': '\(name)' (only AWS4-HMAC-SHA256 for now). "
        case .malformedCredential(let credential):
            """
            Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got \
            '\(credential)'
            """
        case .wrongScope(let sentences): Text(sentences.map(\.string).joined(separator: " "))
        case .unknownKey: "The security token included in the request is invalid."
        // The full stop is there or not as AWS has it.
        case .invalidToken:
            family == .json
                ? "The security token included in the request is invalid"
                : "The security token included in the request is invalid."
        case .expiredToken: "The security token included in the request is expired"
        case .mismatch:
            """
            The request signature we calculated does not match the signature you provided. Check your AWS Secret Access \
            Key and signing method. Consult the service documentation for details.
            """
        case .unhashedPayload: "'x-amz-content-sha256' must be the SHA-256 hash of the request's body."
        }
    }

    private static func incompleteHeader(_ lacking: [Text], _ hash: Text) -> Text {
        var text = ""
        for name in lacking {
            text +=
                name == "Date"
                ? "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
                : "Authorization header requires '\(name)' parameter. "
        }
        return "\(text)(Hashed with SHA-256 and encoded with Base64) Authorization=\(hash)"
    }

    private static func incompleteQuery(_ lacking: [Text]) -> Text {
        let sentences = lacking.map { "AWS query-string parameters must include '\($0)'. " }
        return "\(sentences.joined())Re-examine the query-string parameters."
    }

    private static func expired(_ signed: Timestamp, _ now: Timestamp, _ lifetime: Int64?, _ family: Family) -> Text {
        let seconds = lifetime ?? family.minutes * 60
        let window = seconds % 60 == 0 ? "\(seconds / 60) min." : "\(seconds) sec."
        let limit = now + -seconds * 1000
        return """
            Signature expired: \(signed.basicISO8601) is now earlier than \(limit.basicISO8601) \
            (\(now.basicISO8601) - \(window))
            """
    }
}

extension SignatureFlaw.Family {
    /// As AWS's texts have it. What is accepted is the same for both, see ``SignatureClaim/check(now:service:)``.
    fileprivate var minutes: Int64 { self == .json ? 5 : 15 }
}
