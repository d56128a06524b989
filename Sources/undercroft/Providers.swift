import Bytes
import Front
import Primitives
import Services

/// Identity providers, as the server reaches them.
enum Providers {
    /// A document of an identity provider: over TLS, small, and soon. Where no authority vouches for the provider, one of the
    /// thumbprints has to be that of the last certificate which it shows.
    static func fetch(
        _ url: Text, _ authorities: String?, _ thumbprints: [Text], _ clock: Clock
    ) async throws -> [UInt8] {
        guard url.hasPrefix("https://") else { throw Outbound.Unreachable(description: "\(url) is not https") }
        let answer = try await Outbound.send(
            "GET", url.string, headers: [("Accept", "application/json")],
            trust: authorities.map { .systemAnd(file: $0) } ?? .system, limit: 256 * 1024,
            accepts: { certificates, host in
                let chain = CertificateChain(certificates)
                guard let thumbprint = chain.thumbprint, thumbprints.contains(Hex.encode(thumbprint)) else {
                    return false
                }
                return chain.leads(to: host, at: clock.now().seconds)
            })
        guard answer.status == 200 else { throw Outbound.Unreachable(description: "\(url) answers \(answer.status)") }
        return answer.body
    }
}
