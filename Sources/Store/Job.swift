internal import Bytes

/// Work for an engine's thread. Either `succeed` or `fail` ends it, once; `attempt` may run several times before.
protocol Job: AnyObject, Sendable {
    func attempt(in session: Session) throws
    func succeed()
    func fail(_ error: any Error)
}

@safe final class Work<Result: Sendable>: Job, @unchecked Sendable {
    // INVARIANT: `result` is touched only by the one thread that runs the job, and an engine ends each job once: so the
    // continuation is resumed once, and need not be checked.
    private var result: Result?
    private let body: @Sendable (Session) throws -> Result
    private let continuation: UnsafeContinuation<Result, any Error>

    init(
        _ continuation: UnsafeContinuation<Result, any Error>,
        _ body: @escaping @Sendable (Session) throws -> Result
    ) {
        unsafe self.continuation = unsafe continuation
        self.body = body
    }

    func attempt(in session: Session) throws { result = try body(session) }

    func succeed() {
        guard let result else {
            return unsafe continuation.resume(throwing: StoreError.unavailable("a job ended without having run"))
        }
        unsafe continuation.resume(returning: result)
    }

    func fail(_ error: any Error) { unsafe continuation.resume(throwing: error) }
}
