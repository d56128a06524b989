internal import Foundation

/// What a function sees of the host's files.
struct Mounts: Sendable {
    struct Mount: Sendable {
        /// A folder on the host.
        var source: String
        /// Where the function finds it.
        var path: String
    }

    /// The server's, read-only.
    var folders: [Mount]
    /// The server's own folder, if it lies within what is shown.
    var hidden: [String]

    /// The system's programs and libraries, and what name resolution and TLS read.
    func arguments() -> [String] {
        var out: [String] = ["--ro-bind", "/usr", "/usr"]
        for name in ["bin", "sbin", "lib", "lib32", "lib64", "libx32"] {
            if let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/\(name)") {
                out += ["--symlink", target, "/\(name)"]
            } else if FileManager.default.fileExists(atPath: "/\(name)") {
                out += ["--ro-bind", "/\(name)", "/\(name)"]
            }
        }
        for name in Self.etc { out += ["--ro-bind-try", "/etc/\(name)", "/etc/\(name)"] }
        // A link out of /etc, on most systems with a resolver of their own.
        out += ["--ro-bind-try", Self.resolved("/etc/resolv.conf"), "/etc/resolv.conf"]
        for path in hidden { out += ["--tmpfs", path] }
        return out
    }

    static let etc = [
        "ssl", "ca-certificates", "ca-certificates.conf", "alternatives", "ld.so.cache", "ld.so.conf", "ld.so.conf.d",
        "hosts", "host.conf", "nsswitch.conf", "gai.conf", "services", "protocols", "localtime", "mime.types",
        "python3",
        "python3.11", "python3.12", "python3.13",
    ]

    /// Where Amazon Linux has authorities, and where published functions look.
    static let authorities = "/etc/pki/tls/certs/ca-bundle.crt"
    static let authoritiesLink = "/etc/pki/tls/cert.pem"

    static func resolved(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }
}
