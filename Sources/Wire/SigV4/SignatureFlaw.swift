package import Bytes

/// Why a request is not taken as signed, one case for each answer that AWS gives.
package enum SignatureFlaw: Error, Sendable, Equatable {
    /// The error vocabularies: AWS JSON protocols, and Query/XML.
    package enum Family: Sendable { case json, query }

    /// Signed in the header and in the query string.
    case ambiguous
    /// Not signed at all.
    case missing
    /// `lacking` are the parameters of the header that are absent; a date may be one of them.
    case incompleteHeader(lacking: [Text], headerHash: Text)
    /// A part of the header without `=`.
    case malformedPart(Text, header: Text)
    /// The header is of another scheme than AWS's, so it might hold somebody's password: only its hash is repeated.
    case foreignScheme(headerHash: Text)
    case incompleteQuery(lacking: [Text])
    /// A header or parameter that authenticates occurs twice.
    case repeated(Text)
    case malformedDate(Text)
    /// `lifetime`: seconds, where the request itself says how long it is valid.
    case expired(signed: Timestamp, now: Timestamp, lifetime: Int64?)
    case notYetCurrent(signed: Timestamp, now: Timestamp)
    case malformedLifetime
    case hostNotSigned
    case headerNotSigned(Text)
    case unsupportedAlgorithm(Text)
    case malformedCredential(Text)
    /// A sentence for each part of the scope that is wrong.
    case wrongScope([Text])
    /// No such access key, or an inactive one.
    case unknownKey
    /// The session token is bad, or missing, or belongs to another key.
    case invalidToken
    case expiredToken
    case mismatch
    /// The body is declared as unsigned or signed in chunks.
    case unhashedPayload

    /// For a server that serves some regions only.
    package static let invalidRegion = SignatureFlaw.wrongScope(["Credential should be scoped to a valid region."])

    package func fault(_ family: Family) -> Fault {
        let kind = kind
        return switch family {
        case .json: .frontEnd(kind.jsonCode, message(family))
        case .query: .frontEnd(kind.queryCode, message(family), status: kind == .incomplete ? 400 : 403)
        }
    }

    private enum Kind {
        case missing, incomplete, invalid, unknownKey, expiredToken

        var jsonCode: Text {
            switch self {
            case .missing: "MissingAuthenticationTokenException"
            case .incomplete: "IncompleteSignatureException"
            case .invalid: "InvalidSignatureException"
            case .unknownKey: "UnrecognizedClientException"
            case .expiredToken: "ExpiredTokenException"
            }
        }

        var queryCode: Text {
            switch self {
            case .missing: "MissingAuthenticationToken"
            case .incomplete: "IncompleteSignature"
            case .invalid: "SignatureDoesNotMatch"
            case .unknownKey: "InvalidClientTokenId"
            case .expiredToken: "ExpiredToken"
            }
        }
    }

    private var kind: Kind {
        switch self {
        case .missing: .missing
        case .incompleteHeader, .malformedPart, .foreignScheme, .incompleteQuery, .repeated, .malformedDate,
            .malformedLifetime, .unsupportedAlgorithm, .malformedCredential:
            .incomplete
        case .ambiguous, .expired, .notYetCurrent, .hostNotSigned, .headerNotSigned, .wrongScope, .mismatch,
            .unhashedPayload:
            .invalid
        case .unknownKey, .invalidToken: .unknownKey
        case .expiredToken: .expiredToken
        }
    }
}
