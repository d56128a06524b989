internal import Bytes

/// The headers that decide who asks for what, collected in one pass.
///
/// A header that authenticates or routes may occur once only: of two, a proxy, the signature and the router could each pick
/// a different one.
package struct Envelope: Sendable {
    private let headers: Headers
    private var hostLine: HeaderLine?
    private var authorizationLine: HeaderLine?
    private var amzDateLine: HeaderLine?
    private var dateLine: HeaderLine?
    private var targetLine: HeaderLine?
    private var securityTokenLine: HeaderLine?
    private var contentSHA256Line: HeaderLine?
    private var contentTypeLine: HeaderLine?
    private var userAgentLine: HeaderLine?
    private var contentEncodingLine: HeaderLine?

    /// Throws what AWS says about a request that can't be authenticated, in the form of the protocol that the content type
    /// announces.
    package init(_ request: Request) throws(Fault) {
        headers = request.headers
        var repeated: Text?
        for line in request.headers.lines where line.kind != .other { collect(line, &repeated) }
        if let repeated { throw SignatureFlaw.repeated(repeated).fault(family) }
        // An absolute-form target could name another host than the signed one.
        guard let hostLine, !hostLine.value.isEmpty, request.target.utf8.first == 0x2F else {
            throw SignatureFlaw.hostNotSigned.fault(family)
        }
    }

    private mutating func collect(_ line: HeaderLine, _ repeated: inout Text?) {
        switch line.kind {
        case .host: Self.once(&hostLine, line, "Host", &repeated)
        case .authorization: Self.once(&authorizationLine, line, "Authorization", &repeated)
        case .amzDate: Self.once(&amzDateLine, line, "X-Amz-Date", &repeated)
        case .target: Self.once(&targetLine, line, "X-Amz-Target", &repeated)
        case .securityToken: Self.once(&securityTokenLine, line, "X-Amz-Security-Token", &repeated)
        case .contentSHA256: Self.once(&contentSHA256Line, line, "X-Amz-Content-Sha256", &repeated)
        case .contentType: Self.once(&contentTypeLine, line, "Content-Type", &repeated)
        case .date: dateLine = dateLine ?? line
        case .userAgent: userAgentLine = userAgentLine ?? line
        case .contentEncoding: contentEncodingLine = contentEncodingLine ?? line
        default: break
        }
    }

    private static func once(_ slot: inout HeaderLine?, _ line: HeaderLine, _ name: Text, _ repeated: inout Text?) {
        if slot != nil { repeated = name }
        slot = line
    }

    private func value(_ line: HeaderLine?) -> ArraySlice<UInt8>? { line.map { headers.value($0) } }

    package var host: ArraySlice<UInt8> { value(hostLine) ?? [] }
    package var authorization: ArraySlice<UInt8>? { value(authorizationLine) }
    /// `X-Amz-Date`
    package var amzDate: ArraySlice<UInt8>? { value(amzDateLine) }
    package var date: ArraySlice<UInt8>? { value(dateLine) }
    /// `X-Amz-Target`
    package var target: ArraySlice<UInt8>? { value(targetLine) }
    /// `X-Amz-Security-Token`
    package var securityToken: ArraySlice<UInt8>? { value(securityTokenLine) }
    /// `X-Amz-Content-Sha256`
    package var contentSHA256: ArraySlice<UInt8>? { value(contentSHA256Line) }
    package var contentType: ArraySlice<UInt8>? { value(contentTypeLine) }
    package var userAgent: ArraySlice<UInt8>? { value(userAgentLine) }
    package var contentEncoding: ArraySlice<UInt8>? { value(contentEncodingLine) }

    package var isJSON11: Bool { MediaType(contentType) == .json11 }

    /// Which error vocabulary the client understands, as far as can be told before the request is recognised.
    private var family: SignatureFlaw.Family { MediaType(contentType) == .form ? .query : .json }
}
