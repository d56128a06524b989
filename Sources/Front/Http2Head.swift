internal import NIOHPACK
internal import Wire

/// A request's field section in HTTP/2 (RFC 9113, 8.3), as far as NIO has not checked it already.
struct Http2Head {
    private(set) var method = ""
    private(set) var target = ""
    private(set) var headers = Headers()
    /// As announced; NIO sees to it that the body keeps to it.
    private(set) var length: Int?

    init(_ fields: HPACKHeaders, limits: FrontOptions.Limits) throws(Refusal) {
        guard fields.count <= limits.maxHeaders else { throw .headTooLarge }
        var authority: String?
        var host: String?
        var path = ""
        var singles = Singles()
        for (name, value, _) in fields {
            switch name {
            case ":method": method = value
            case ":path": path = value
            case ":authority": authority = value
            case ":scheme": break
            case "host":
                guard host == nil else { throw .malformed }
                host = value
            default:
                let header = Header(name, value)
                guard !name.utf8.starts(with: ":".utf8), ResponseHead.isSafe(header) else { throw .malformed }
                try singles.note(header)
                if name == "content-length" { length = try HeadCheck.decimal(value) }
                headers.append(name: name.utf8, value: value.utf8)
            }
        }
        guard let named = authority ?? host, Target.isAuthority(named), host == nil || host == named else {
            throw .malformed
        }
        // What a client signed as `host` it sent as `:authority`.
        headers.append(name: "host".utf8, value: named.utf8)
        target = try Target.originForm(path, method: method, host: named)
    }
}
