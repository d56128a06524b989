internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import NIOSSL

/// What a failed connection of NIO's means, in words for the secret's owner.
enum Reason {
    static func of(_ error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            guard let first = error.connectionErrors.first else { return "its name does not resolve" }
            return of(first.error)
        case let error as IOError:
            switch error.errnoCode {
            case ECONNREFUSED: return "nothing listens there"
            case ECONNRESET, EPIPE: return "it closed the connection"
            case EHOSTUNREACH, ENETUNREACH: return "there is no way to it"
            default: return "the system says errno \(error.errnoCode)"
            }
        case ChannelError.connectTimeout: return "no answer within 5 seconds"
        case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError: return ofTLS("\(error)")
        default: return String("\(error)".prefix(200))
        }
    }

    private static func ofTLS(_ text: String) -> String {
        if text.contains("CERTIFICATE_VERIFY_FAILED") { return "its certificate is from nobody who is trusted here" }
        if text.contains("failedToValidateHostname") { return "its certificate is for another host" }
        if text.contains("WRONG_VERSION_NUMBER") { return "it does not speak TLS" }
        return "the TLS handshake failed"
    }
}
