internal import Bytes
internal import NIOPosix
internal import Services

/// The threads on which drivers wait for databases. Their number bounds how many do so at once; the rest queue.
struct BlockingThreads: Sendable {
    static let shared = BlockingThreads(count: 16)

    private let pool: NIOThreadPool

    private init(count: Int) {
        pool = NIOThreadPool(numberOfThreads: count)
        pool.start()
    }

    func run<T: Sendable>(
        _ body: @escaping @Sendable () throws(RotationFailure) -> T
    ) async throws(RotationFailure) -> T {
        let result: Result<T, RotationFailure>
        do {
            result = try await pool.runIfActive { () -> Result<T, RotationFailure> in
                do throws(RotationFailure) { return .success(try body()) } catch { return .failure(error) }
            }
        } catch {
            throw RotationFailure("Cancelled", "The server is stopping; the step will be repeated.")
        }
        return try result.get()
    }
}
