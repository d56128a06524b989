import Bytes
import Primitives

extension SignatureClaim {
    private static let scheme = Array("AWS4-HMAC-SHA256".utf8)

    /// `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`
    static func read(
        _ authorization: ArraySlice<UInt8>, _ request: Request, _ envelope: Envelope, _ known: SignatureTerms?
    ) throws(SignatureFlaw) -> SignatureClaim {
        let date = envelope.amzDate ?? envelope.date
        let terms: SignatureTerms
        let signature: ArraySlice<UInt8>
        if let known, known.open(authorization) {
            (terms, signature) = (known, SignatureTerms.signature(of: authorization))
        } else {
            (terms, signature) = try parse(authorization, hasDate: date != nil)
        }
        guard let date else {
            throw .incompleteHeader(lacking: ["Date"], headerHash: hash(Array(authorization)))
        }
        return try SignatureClaim(
            terms: terms, dateTime: date, signature: signature,
            sessionToken: envelope.securityToken.map { Text(decoding: $0) }, form: .header, request: request,
            envelope: envelope)
    }

    private static func parse(
        _ authorization: ArraySlice<UInt8>, hasDate: Bool
    ) throws(SignatureFlaw) -> (SignatureTerms, ArraySlice<UInt8>) {
        // A copy, so that terms that live long don't hold on to a whole head.
        let bytes = Array(authorization)
        try checkScheme(bytes)
        let parts = try AuthorizationParts(bytes, after: scheme.count)
        guard let credential = parts.credential, let signature = parts.signature, let names = parts.signedHeaders,
            hasDate
        else { throw .incompleteHeader(lacking: parts.lacking(hasDate: hasDate), headerHash: hash(bytes)) }
        let isLast = signature.upperBound == bytes.count && signature.count == 64
        let terms = SignatureTerms(
            credential: try Credential(bytes[credential]), names: SignedNames(bytes: bytes[names]),
            opening: isLast ? bytes[..<signature.lowerBound] : [])
        return (terms, bytes[signature])
    }

    private static func checkScheme(_ bytes: [UInt8]) throws(SignatureFlaw) {
        if bytes.starts(with: scheme), bytes.count == scheme.count || bytes[scheme.count] == 0x20 { return }
        let word = bytes.prefix { $0 != 0x20 }
        // Another word may be anything, a password too.
        let isAlgorithm =
            word.count <= 32 && word.starts(with: "AWS".utf8)
            && word.allSatisfy { $0 &- 0x41 < 26 || ASCII.isDigit($0) || $0 == 0x2D }
        guard isAlgorithm else { throw .foreignScheme(headerHash: hash(bytes)) }
        throw .unsupportedAlgorithm(Text(String(decoding: word, as: UTF8.self)))
    }

    private static func hash(_ header: [UInt8]) -> Text { Base64.encode(SHA256.hash(header).bytes) }
}

/// Where the three parameters of an `Authorization` header lie. Empty ones count as absent.
private struct AuthorizationParts {
    var credential: Range<Int>?
    var signature: Range<Int>?
    var signedHeaders: Range<Int>?

    init(_ bytes: [UInt8], after start: Int) throws(SignatureFlaw) {
        let span = bytes.span
        var start = start
        while start < span.count {
            var end = start
            while end < span.count, span[end] != 0x2C { end &+= 1 }
            try read(bytes, start, end)
            start = end + 1
        }
    }

    private mutating func read(_ bytes: [UInt8], _ first: Int, _ last: Int) throws(SignatureFlaw) {
        var (start, end) = (first, last)
        while start < end, bytes[start] == 0x20 { start += 1 }
        while end > start, bytes[end - 1] == 0x20 { end -= 1 }
        guard start < end else { return }
        var equals = start
        while equals < end, bytes[equals] != 0x3D { equals += 1 }
        guard equals < end else {
            throw .malformedPart(
                Text(String(decoding: bytes[start..<end], as: UTF8.self)),
                header: Text(String(decoding: bytes, as: UTF8.self)))
        }
        let value = equals + 1..<end
        guard !value.isEmpty else { return }
        let length = equals - start
        if length == 10, Self.starts(bytes, start, Self.names.credential) {
            try Self.set(&credential, value, "Credential")
        } else if length == 9, Self.starts(bytes, start, Self.names.signature) {
            try Self.set(&signature, value, "Signature")
        } else if length == 13, Self.starts(bytes, start, Self.names.signedHeaders) {
            try Self.set(&signedHeaders, value, "SignedHeaders")
        }
    }

    private static let names = (
        credential: Array("Credential=".utf8), signature: Array("Signature=".utf8),
        signedHeaders: Array("SignedHeaders=".utf8)
    )

    private static func starts(_ bytes: [UInt8], _ start: Int, _ word: [UInt8]) -> Bool {
        guard bytes.count - start >= word.count else { return false }
        for index in word.indices where bytes[start + index] != word[index] { return false }
        return true
    }

    private static func set(_ part: inout Range<Int>?, _ value: Range<Int>, _ name: Text) throws(SignatureFlaw) {
        guard part == nil else { throw .repeated(name) }
        part = value
    }

    /// In the order in which AWS complains.
    func lacking(hasDate: Bool) -> [Text] {
        var names: [Text] = []
        if credential == nil { names.append("Credential") }
        if signature == nil { names.append("Signature") }
        if signedHeaders == nil { names.append("SignedHeaders") }
        if !hasDate { names.append("Date") }
        return names
    }
}
