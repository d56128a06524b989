/// The protocols that an operation can be called in. An operation is written once; a service states which it answers.
package enum Dialect: Sendable, Equatable {
    case json11
    case json10
    case query
    case restJSON

    package var faultFamily: SignatureFlaw.Family { self == .query ? .query : .json }

    /// Of replies.
    package var contentType: String {
        switch self {
        case .json11: "application/x-amz-json-1.1"
        case .json10: "application/x-amz-json-1.0"
        case .query: "text/xml"
        case .restJSON: "application/json"
        }
    }
}

extension Dialect {
    /// What errors are written in before the request has been understood.
    package static func presumed(_ envelope: Envelope) -> Dialect {
        switch MediaType(envelope.contentType) {
        case .form where envelope.target == nil: .query
        case .json10: .json10
        default: .json11
        }
    }
}

/// What a request's `Content-Type` announces; parameters after `;` don't matter.
enum MediaType {
    case json11
    case json10
    case form
    case other

    init(_ header: ArraySlice<UInt8>?) {
        guard let header else {
            self = .other
            return
        }
        if Self.names(header.span, "application/x-amz-json-1.1") {
            self = .json11
        } else if Self.names(header.span, "application/x-amz-json-1.0") {
            self = .json10
        } else if Self.names(header.span, "application/x-www-form-urlencoded") {
            self = .form
        } else {
            self = .other
        }
    }

    private static func names(_ header: Span<UInt8>, _ type: String) -> Bool {
        guard ASCII.hasPrefix(header, type) else { return false }
        for index in type.utf8.count..<header.count {
            switch header[index] {
            case 0x20, 0x09: continue
            case 0x3B: return true
            default: return false
            }
        }
        return true
    }
}
