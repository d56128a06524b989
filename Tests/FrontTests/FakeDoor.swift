import Bytes
import Services
import Synchronization
import Wire

/// A door whose answers and trail the test decides.
final class FakeDoor: Door {
    private struct State {
        var seen: [Request] = []
        var fates: [Ticket: Fate] = [:]
        var observers: [@Sendable () -> Void] = []
    }

    private let state = Mutex(State())
    private let outcome: @Sendable (Request) -> Outcome

    init(_ outcome: @escaping @Sendable (Request) -> Outcome = { .ready(.echo($0)) }) { self.outcome = outcome }

    var seen: [Request] { state.withLock { $0.seen } }
    var targets: [String] { seen.map(\.target) }

    func attempt(_ request: Request) -> Outcome {
        state.withLock { $0.seen.append(request) }
        return outcome(request)
    }

    func fate(of ticket: Ticket) -> Fate { state.withLock { $0.fates[ticket] ?? .pending } }

    func observe(_ notify: @escaping @Sendable () -> Void) { state.withLock { $0.observers.append(notify) } }

    /// As after a group commit.
    func settle(_ fates: [UInt64: Fate], notify: Bool = true) {
        let observers = state.withLock { state in
            for (sequence, fate) in fates { state.fates[Ticket(sequence: sequence)] = fate }
            return state.observers
        }
        if notify { for observer in observers { observer() } }
    }
}

extension Answer {
    /// Method and target in the body, a space between.
    static func echo(_ request: Request, ticket: UInt64? = nil) -> Answer {
        let body = Array("\(request.method) \(request.target)".utf8)
        return Answer(
            requestID: "id-1",
            reply: Reply(status: 200, contentType: "text/plain", body: body),
            ticket: ticket.map { Ticket(sequence: $0) },
            unrecorded: Reply(status: 500, contentType: "text/plain", body: Array("unrecorded".utf8))
        )
    }
}

/// Lets a task of the door's go on when the test says so.
final class Latch: Sendable {
    private let state = Mutex((isOpen: false, waiting: [CheckedContinuation<Void, Never>]()))

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }
}
