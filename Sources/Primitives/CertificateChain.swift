internal import CPlatform

/// The X.509 certificates that a server shows (DER), its own first.
package struct CertificateChain: Sendable {
    private let certificates: [[UInt8]]

    package init(_ certificates: [[UInt8]]) { self.certificates = certificates }

    /// SHA-1 of the last certificate, as IAM's thumbprints are. Another certificate would be taken for it only with a second
    /// preimage, which SHA-1 still resists.
    package var thumbprint: [UInt8]? { certificates.last.map { unsafe Hash.sha1.digest($0.span.bytes) } }

    /// Whether each certificate vouches for the one before it, and the first is the host's.
    ///
    /// - Parameters:
    ///   - host: a name or an IP address.
    ///   - seconds: since 1970.
    package func leads(to host: String, at seconds: Int64) -> Bool {
        // C would take what stands before a zero byte for the whole name.
        guard !host.utf8.contains(0) else { return false }
        let bytes = certificates.flatMap(\.self)
        return unsafe bytes.span.bytes.withUnsafeBytes { bytes in
            unsafe host.withCString { host in
                unsafe up_chain_verify(bytes.baseAddress, bytes.count, host, seconds) == 1
            }
        }
    }
}
