internal import NIOCore
internal import Synchronization

/// Counts the connections of all loops, and knows when the last one has gone.
final class Census: Sendable {
    private struct State {
        var figures = FrontFigures()
        var onEmpty: EventLoopPromise<Void>?
    }

    private let maximum: Int
    private let state = Mutex(State())

    init(maximum: Int) { self.maximum = maximum }

    var figures: FrontFigures { state.withLock { $0.figures } }

    /// False when there are too many already.
    func enter() -> Bool {
        state.withLock { state in
            guard state.figures.open < maximum else {
                state.figures.refused += 1
                return false
            }
            state.figures.open += 1
            state.figures.accepted += 1
            return true
        }
    }

    func leave() {
        let promise = state.withLock { state in
            state.figures.open -= 1
            return state.figures.open == 0 ? state.onEmpty.take() : nil
        }
        promise?.succeed()
    }

    /// Succeeds `promise` when nobody is left, or with ``giveUp()``.
    func awaitEmpty(_ promise: EventLoopPromise<Void>) {
        let empty = state.withLock { state in
            if state.figures.open > 0 { state.onEmpty = promise }
            return state.figures.open == 0
        }
        if empty { promise.succeed() }
    }

    func giveUp() { state.withLock { $0.onEmpty.take() }?.succeed() }
}
