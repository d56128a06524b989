import Bytes

/// The headers that decide who asks for what, collected in one pass.
///
/// A header that authenticates or routes may occur once only: of two, a proxy, the signature and the router could each pick
/// a different one.
package struct Envelope: Sendable {
    package private(set) var host = ""
    package private(set) var authorization: String?
    /// `X-Amz-Date`
    package private(set) var amzDate: String?
    package private(set) var date: String?
    /// `X-Amz-Target`
    package private(set) var target: String?
    /// `X-Amz-Security-Token`
    package private(set) var securityToken: String?
    /// `X-Amz-Content-Sha256`
    package private(set) var contentSHA256: String?
    package private(set) var contentType: String?
    package private(set) var userAgent: String?
    package private(set) var contentEncoding: String?

    /// Throws what AWS says about a request that can't be authenticated, in the form of the protocol that the content type
    /// announces.
    package init(_ request: Request) throws(Fault) {
        var hosts = 0
        var repeated: Text?
        let headers = request.headers.span
        for index in headers.indices {
            // Most names are of another length than any of ours.
            switch headers[index].name.utf8.count {
            case 4, 10, 12, 13, 16, 20: collect(headers[index], &hosts, &repeated)
            default: break
            }
        }
        if let repeated { throw SignatureFlaw.repeated(repeated).fault(family) }
        // An absolute-form target could name another host than the signed one.
        guard hosts == 1, !host.isEmpty, request.target.utf8.first == 0x2F else {
            throw SignatureFlaw.hostNotSigned.fault(family)
        }
    }

    private mutating func collect(_ header: borrowing Header, _ hosts: inout Int, _ repeated: inout Text?) {
        let name = PackedName(header.name)
        switch header.name.utf8.count {
        case 4:
            if name == .host {
                hosts += 1
                if hosts > 1 { repeated = "Host" }
                host = header.value
            } else if name == .date {
                date = date ?? header.value
            }
        case 10:
            if name == .amzDate {
                if amzDate != nil { repeated = "X-Amz-Date" }
                amzDate = header.value
            } else if name == .userAgent {
                userAgent = userAgent ?? header.value
            }
        case 12:
            if name == .target {
                if target != nil { repeated = "X-Amz-Target" }
                target = header.value
            } else if name == .contentType {
                if contentType != nil { repeated = "Content-Type" }
                contentType = header.value
            }
        case 13 where name == .authorization:
            if authorization != nil { repeated = "Authorization" }
            authorization = header.value
        case 16 where name == .contentEncoding: contentEncoding = contentEncoding ?? header.value
        case 20:
            if name == .securityToken {
                if securityToken != nil { repeated = "X-Amz-Security-Token" }
                securityToken = header.value
            } else if name == .contentSHA256 {
                if contentSHA256 != nil { repeated = "X-Amz-Content-Sha256" }
                contentSHA256 = header.value
            }
        default: break
        }
    }

    /// Which error vocabulary the client understands, as far as can be told before the request is recognised.
    private var family: SignatureFlaw.Family { MediaType(contentType) == .form ? .query : .json }
}
