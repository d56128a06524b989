internal import Bytes

/// Work for an engine's thread. Either `succeed` or `fail` ends it, once; `attempt` may run several times before.
protocol Job: AnyObject, Sendable {
    func attempt(in session: Session) throws
    func succeed()
    func fail(_ error: any Error)
}

final class Work<Result: Sendable>: Job, @unchecked Sendable {
    // INVARIANT: `result` is touched only by the one thread that runs the job.
    private var result: Result?
    private let body: @Sendable (Session) throws -> Result
    private let continuation: CheckedContinuation<Result, any Error>

    init(
        _ continuation: CheckedContinuation<Result, any Error>,
        _ body: @escaping @Sendable (Session) throws -> Result
    ) {
        self.continuation = continuation
        self.body = body
    }

    func attempt(in session: Session) throws { result = try body(session) }

    func succeed() {
        guard let result else {
            return continuation.resume(throwing: StoreError.unavailable("a job ended without having run"))
        }
        continuation.resume(returning: result)
    }

    func fail(_ error: any Error) { continuation.resume(throwing: error) }
}
