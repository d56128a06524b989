internal import Glibc

/// First in, first out, to threads that wait.
struct WorkQueue<Element: Sendable>: Sendable {
    private struct State {
        var items: [Element] = []
        var head = 0
        var isClosed = false

        mutating func takeFirst() -> Element? {
            guard head < items.count else { return nil }
            defer {
                head += 1
                if head == items.count {
                    items.removeAll(keepingCapacity: true)
                    head = 0
                }
            }
            return items[head]
        }
    }

    private let monitor = Monitor(State())

    /// False when the queue is closed: the element was not taken.
    func add(_ element: Element) -> Bool {
        monitor.feed { state in
            guard !state.isClosed else { return false }
            state.items.append(element)
            return true
        }
    }

    /// Waits for an element. `nil` when the queue is closed and empty.
    func next() -> Element? {
        monitor.wait { state -> Element?? in
            if let first = state.takeFirst() { return .some(first) }
            return state.isClosed ? .some(nil) : nil
        }
    }

    /// Waits for an element and takes all there are. `nil` when the queue is closed and empty.
    ///
    /// Whoever else is ready to run on this processor goes first: it may be about to add more.
    func all() -> [Element]? {
        monitor.wait { $0.items.isEmpty && !$0.isClosed ? nil : () }
        sched_yield()
        return monitor.wait { state -> [Element]?? in
            if !state.items.isEmpty {
                defer { state.items = [] }
                return .some(state.items)
            }
            return state.isClosed ? .some(nil) : nil
        }
    }

    /// What was added before is still handed out.
    func close() { monitor.change { $0.isClosed = true } }

    var isClosed: Bool { monitor.read { $0.isClosed } }
    var count: Int { monitor.read { $0.items.count - $0.head } }
}
