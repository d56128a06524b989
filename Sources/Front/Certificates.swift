internal import NIOCore
internal import NIOSSL
internal import Synchronization

/// The TLS context that new connections get.
final class Certificates: Sendable {
    private let certificatePath: String
    private let keyPath: String
    private let shutdown: TimeAmount
    private let context: Mutex<NIOSSLContext>

    /// `shutdown`: how long a peer may take to return the TLS goodbye.
    init(certificatePath: String, keyPath: String, shutdown: TimeAmount) throws {
        self.certificatePath = certificatePath
        self.keyPath = keyPath
        self.shutdown = shutdown
        context = Mutex(try Self.load(certificatePath, keyPath, shutdown))
    }

    var current: NIOSSLContext { context.withLock { $0 } }

    /// Throws, and keeps what it has, unless the files hold a certificate and its key.
    func reload() throws {
        let fresh = try Self.load(certificatePath, keyPath, shutdown)
        context.withLock { $0 = fresh }
    }

    /// Key exchange groups stay BoringSSL's default, which prefers the post-quantum hybrid.
    private static func load(
        _ certificatePath: String,
        _ keyPath: String,
        _ shutdown: TimeAmount
    ) throws -> NIOSSLContext {
        let chain = try NIOSSLCertificate.fromPEMFile(certificatePath)
        let key = try NIOSSLPrivateKey(file: keyPath, format: .pem)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(key)
        )
        configuration.shutdownTimeout = shutdown
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["h2", "http/1.1"]
        return try NIOSSLContext(configuration: configuration)
    }
}
