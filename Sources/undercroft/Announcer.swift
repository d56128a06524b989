import Bytes
import Front

/// POSTs events to the operator's URL.
struct Announcer: Sendable {
    let url: String
    /// Authorities beside the system's.
    let authorities: String?

    private struct NotTaken: Error {}

    /// Throws unless the answer's status is 2xx.
    @Sendable func send(_ envelope: [UInt8]) async throws {
        let answer = try await Outbound.send(
            "POST", url, headers: [("Content-Type", "application/json")], body: envelope,
            trust: authorities.map { .systemAnd(file: $0) } ?? .system, limit: 64 * 1024, seconds: 20)
        guard (200..<300).contains(answer.status) else { throw NotTaken() }
    }
}
