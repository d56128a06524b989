package import Bytes
internal import Foundation

/// What rotators need of the world besides the secret's vault.
package struct Surroundings: Sendable {
    /// POSTs `body` to `url` and gives the answer's status and body. Follows no redirection.
    package typealias Post =
        @Sendable (_ url: Text, _ headers: [(name: Text, value: Text)], _ body: [UInt8]) async throws -> (
            status: Int, body: [UInt8]
        )

    /// A PEM file of authorities for the certificates of databases, instead of the system's.
    package var authorities: String?
    package var now: @Sendable () -> Timestamp
    package var post: Post

    package init(authorities: String?, now: @escaping @Sendable () -> Timestamp, post: @escaping Post) {
        self.authorities = authorities
        self.now = now
        self.post = post
    }
}

enum Authorities {
    /// Where distributions keep the system's authorities. The drivers of databases want a file.
    static let ofSystem: String = {
        let known = [
            "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
            "/etc/ssl/cert.pem",
        ]
        return known.first { FileManager.default.isReadableFile(atPath: $0) } ?? known[0]
    }()
}
