import Bytes

extension SignatureClaim {
    /// A presigned request.
    static func read(
        _ query: QueryString, _ request: Request, _ envelope: Envelope
    ) throws(SignatureFlaw) -> SignatureClaim {
        let algorithm = try query.single("X-Amz-Algorithm")
        let credential = try query.single("X-Amz-Credential")
        let signature = try query.single("X-Amz-Signature")
        let names = try query.single("X-Amz-SignedHeaders")
        let date = try query.single("X-Amz-Date")
        guard let algorithm, let credential, let signature, let names, let date else {
            let all: [(Text, Text?)] = [
                ("X-Amz-Algorithm", algorithm), ("X-Amz-Credential", credential), ("X-Amz-Signature", signature),
                ("X-Amz-SignedHeaders", names), ("X-Amz-Date", date),
            ]
            throw .incompleteQuery(lacking: all.filter { $0.1 == nil }.map(\.0))
        }
        guard algorithm == "AWS4-HMAC-SHA256" else { throw .unsupportedAlgorithm(algorithm) }
        return try SignatureClaim(
            terms: SignatureTerms(
                credential: try Credential(credential.bytes[...]), names: SignedNames(bytes: names.bytes[...])),
            dateTime: date.bytes[...], signature: signature.bytes[...], sessionToken: try sessionToken(query, envelope),
            form: .query(expires: try lifetime(query)), request: request, envelope: envelope)
    }

    /// Up to a week, as on S3. Other services' signers may leave it out: then the header form's window applies.
    private static func lifetime(_ query: QueryString) throws(SignatureFlaw) -> Int64 {
        guard query.has("X-Amz-Expires") else { return window }
        guard let text = try query.single("X-Amz-Expires"), let seconds = ASCII.number(text.utf8),
            (1...604_800).contains(seconds)
        else { throw .malformedLifetime }
        return Int64(seconds)
    }

    private static func sessionToken(_ query: QueryString, _ envelope: Envelope) throws(SignatureFlaw) -> Text? {
        guard let token = try query.single("X-Amz-Security-Token") else {
            return envelope.securityToken.map { Text(decoding: $0) }
        }
        guard envelope.securityToken == nil else { throw .repeated("X-Amz-Security-Token") }
        return token
    }
}

extension QueryString {
    /// `nil` if absent, empty, or not UTF-8.
    fileprivate func single(_ name: String) throws(SignatureFlaw) -> Text? {
        let values = values(of: name)
        guard values.count <= 1 else { throw .repeated(Text(name)) }
        guard let value = values.first, !value.isEmpty else { return nil }
        return Text(utf8: value)
    }
}
