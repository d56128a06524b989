internal import Synchronization

/// What all connections together may hold of bodies beyond the ordinary limit: few requests may have such, but each of those
/// is received before anybody knows who sends it.
final class LargeBodies: Sendable {
    private let most: Int
    private let held = Atomic(0)

    init(most: Int) { self.most = most }

    /// One body's share, given back when the last reference goes.
    final class Room: Sendable {
        private let bodies: LargeBodies
        private let taken = Atomic(0)

        fileprivate init(_ bodies: LargeBodies) { self.bodies = bodies }

        deinit { bodies.held.subtract(taken.load(ordering: .relaxed), ordering: .relaxed) }

        /// Grows with what has arrived, not with what was announced: who sends nothing takes nothing away. False if there is
        /// no room.
        func hold(_ count: Int) -> Bool {
            let more = count - taken.load(ordering: .relaxed)
            guard more > 0 else { return true }
            guard bodies.held.add(more, ordering: .relaxed).newValue <= bodies.most else {
                bodies.held.subtract(more, ordering: .relaxed)
                return false
            }
            taken.add(more, ordering: .relaxed)
            return true
        }
    }

    func room() -> Room { Room(self) }
    var count: Int { held.load(ordering: .relaxed) }
}

extension FrontOptions.Limits {
    private static let functions = "/2015-03-31/functions"

    /// Of one request's body: functions' code and what functions are invoked with are larger than all else.
    func maxBody(_ method: String, _ target: String) -> Int {
        guard target.utf8.starts(with: Self.functions.utf8) else { return maxBody }
        let path = target.utf8.prefix { $0 != 0x3F }.dropFirst(Self.functions.utf8.count)
        func ends(_ suffix: String) -> Bool { path.suffix(suffix.utf8.count).elementsEqual(suffix.utf8) }
        switch method {
        case "POST" where path.isEmpty || path.elementsEqual("/".utf8): return max(maxBody, maxCode)
        case "PUT" where ends("/code"): return max(maxBody, maxCode)
        case "POST" where ends("/invocations"): return max(maxBody, maxInvocation)
        default: return maxBody
        }
    }
}
