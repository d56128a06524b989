internal import Bytes
internal import Synchronization

/// What was decided of late about one secret or key, for callers who ask the same again (decision 0029).
///
/// It belongs to a resource whose policy does not change, and to callers whose policies do not: a changed policy makes another
/// resource or another ``Caller``. What could depend on anything else of a request is not kept, nor is any refusal.
final class DecisionMemory: Sendable {
    private struct Entry: Sendable {
        /// Held, so that no other caller can come to have its identity.
        let caller: Caller
        let action: Text
        let finding: Finding
    }

    /// A secret is read and written by few.
    private static let most = 4
    private let entries = Mutex<[Entry]>([])

    func finding(_ action: Text, _ caller: Caller) -> Finding? {
        entries.withLock { entries in
            let all = entries.span
            for index in all.indices where all[index].caller === caller && all[index].action == action {
                return all[index].finding
            }
            return nil
        }
    }

    /// - Parameter finding: of a decision that allows, by policies alone and without regard to conditions.
    func keep(_ finding: Finding, _ action: Text, _ caller: Caller) {
        entries.withLock { entries in
            if entries.count == Self.most { entries.removeFirst() }
            entries.append(Entry(caller: caller, action: action, finding: finding))
        }
    }
}
