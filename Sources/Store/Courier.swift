internal import Bytes
internal import Synchronization

/// Takes the records of a node over as soon as they are committed, so that nobody has to read them back. Called by the engine's
/// threads, before the writers hear of their commit: it must not wait.
package protocol Courier: Sendable {
    /// The row of the outbox with that number is about to be committed: whoever sees it need not move it.
    func announce(_ row: Int64)
    /// It is committed, and holds `records`.
    func take(_ row: Int64, _ records: [[UInt8]])
    /// It was not committed, or nobody knows: then it may be there, and has to be read back.
    func forgo(_ row: Int64, mayExist: Bool)
}

/// Who takes which node's records.
final class Couriers: Sendable {
    private let known = Mutex<[Text: any Courier]>([:])

    subscript(node: Text) -> (any Courier)? { known.withLock { $0[node] } }

    func set(_ courier: any Courier, for node: Text) { known.withLock { $0[node] = courier } }
}
