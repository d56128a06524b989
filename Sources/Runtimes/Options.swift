/// How functions are run.
package struct Options: Sendable {
    package enum Isolation: Sendable, Equatable {
        case bubblewrap
        /// As the server's own user, seeing all that it sees. Only because the operator said so.
        case none
    }

    package var isolation = Isolation.bubblewrap
    /// Environments of one function at a time, and of all of them; who comes when they are busy waits.
    package var environmentsPerFunction = 8
    package var environments = 32
    /// How long an environment without work is kept.
    package var idleSeconds = 300
    /// Authorities that functions trust, in one PEM file; `nil` for the system's.
    package var certificates: String?
    /// Where boto3 is, or is put; `nil` for a folder beside the functions' code.
    package var libraries: String?
    /// Python packages that belong to the runtime, as pip takes them.
    package var pythonPackages: [String] = ["boto3"]
    package var zip = ZipLimits()

    package init() {}
}
