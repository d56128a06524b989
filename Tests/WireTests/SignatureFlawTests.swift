import Bytes
import Testing
import Wire

struct SignatureFlawTests {
    private typealias Row = (flaw: SignatureFlaw, json: Fault, query: Fault)

    private static func row(
        _ flaw: SignatureFlaw, _ json: Text, _ query: Text, _ status: Int, _ message: Text, queryMessage: Text? = nil
    ) -> Row {
        (flaw, .frontEnd(json, message, status: 400), .frontEnd(query, queryMessage ?? message, status: status))
    }

    private static let incomplete: (Text, Text) = ("IncompleteSignatureException", "IncompleteSignature")
    private static let invalid: (Text, Text) = ("InvalidSignatureException", "SignatureDoesNotMatch")
    private static let signed = Timestamp(seconds: 1_704_067_200)
    private static let late = signed + 360_000

    private static let rows: [Row] = [
        row(
            .ambiguous, invalid.0, invalid.1, 403,
            "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header."),
        row(
            .missing, "MissingAuthenticationTokenException", "MissingAuthenticationToken", 403,
            "Missing Authentication Token", queryMessage: "Request is missing Authentication Token"),
        row(
            .incompleteHeader(lacking: ["Credential", "Signature", "SignedHeaders", "Date"], headerHash: "aGFzaA=="),
            incomplete.0, incomplete.1, 400,
            """
            Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. \
            Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a \
            'X-Amz-Date' or a 'Date' header. (Hashed with SHA-256 and encoded with Base64) Authorization=aGFzaA==
            """),
        row(
            .malformedPart("x", header: "AWS4-HMAC-SHA256 x"), incomplete.0, incomplete.1, 400,
            "'x' not a valid key=value pair (missing equal-sign) in Authorization header: 'AWS4-HMAC-SHA256 x'."),
        row(
            .incompleteQuery(lacking: ["X-Amz-Credential", "X-Amz-Date"]), incomplete.0, incomplete.1, 400,
            """
            AWS query-string parameters must include 'X-Amz-Credential'. AWS query-string parameters must include \
            'X-Amz-Date'. Re-examine the query-string parameters.
            """),
        row(
            .malformedDate("x"), incomplete.0, incomplete.1, 400,
            "Date must be in ISO-8601 'basic format'. Got 'x'. See http://en.wikipedia.org/wiki/ISO_8601"),
        row(
            .expired(signed: signed, now: late, lifetime: nil), invalid.0, invalid.1, 403,
            "Signature expired: 20240101T000000Z is now earlier than 20240101T000100Z (20240101T000600Z - 5 min.)",
            queryMessage:
                "Signature expired: 20240101T000000Z is now earlier than 20231231T235100Z (20240101T000600Z - 15 min.)"),
        row(
            .expired(signed: signed, now: late, lifetime: 90), invalid.0, invalid.1, 403,
            "Signature expired: 20240101T000000Z is now earlier than 20240101T000430Z (20240101T000600Z - 90 sec.)"),
        row(
            .notYetCurrent(signed: late, now: signed), invalid.0, invalid.1, 403,
            "Signature not yet current: 20240101T000600Z is still later than 20240101T000500Z (20240101T000000Z + 5 min.)",
            queryMessage:
                """
                Signature not yet current: 20240101T000600Z is still later than 20240101T001500Z \
                (20240101T000000Z + 15 min.)
                """),
        row(
            .hostNotSigned, invalid.0, invalid.1, 403,
            "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."),
        row(
            .headerNotSigned("x-amz-target"), invalid.0, invalid.1, 403,
            "'x-amz-target' must be a 'SignedHeader' in the AWS Authorization."),
        row(
            .unsupportedAlgorithm("AWS4-X"), incomplete.0, incomplete.1, 400,
            "Unsupported AWS 'algorithm': 'AWS4-X' (only AWS4-HMAC-SHA256 for now). "),
        row(
            .malformedCredential("a/b"), incomplete.0, incomplete.1, 400,
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'a/b'"),
        row(.wrongScope(["One.", "Two."]), invalid.0, invalid.1, 403, "One. Two."),
        row(
            .unknownKey, "UnrecognizedClientException", "InvalidClientTokenId", 403,
            "The security token included in the request is invalid."),
        row(
            .invalidToken, "UnrecognizedClientException", "InvalidClientTokenId", 403,
            "The security token included in the request is invalid",
            queryMessage: "The security token included in the request is invalid."),
        row(
            .expiredToken, "ExpiredTokenException", "ExpiredToken", 403,
            "The security token included in the request is expired"),
        row(
            .mismatch, invalid.0, invalid.1, 403,
            """
            The request signature we calculated does not match the signature you provided. Check your AWS Secret Access \
            Key and signing method. Consult the service documentation for details.
            """),
    ]

    @Test(arguments: rows.indices) func codeStatusAndText(_ index: Int) {
        let row = Self.rows[index]
        #expect(row.flaw.fault(.json) == row.json)
        #expect(row.flaw.fault(.query) == row.query)
    }
}
