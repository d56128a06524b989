internal import NIOCore
internal import Services
internal import Synchronization

/// The one place of this room where a task begins: what the door can't answer at once.
extension Desk {
    /// The task outlives its connection: a write that has begun is not to be cut off by a client that hangs up.
    ///
    /// What has a large body to read starts on the pool. All else starts here and now, on the loop's thread; brief work also
    /// comes back to it from each wait: a hop to the pool and back costs more.
    func later(
        _ work: @escaping @Sendable () async -> Answer,
        isBrief: Bool,
        startsElsewhere: Bool = false,
        for recipient: any Recipient,
        _ exchange: UInt64
    ) {
        let waiting = NIOLoopBound(recipient, eventLoop: loop)
        let returns = returns
        guard !startsElsewhere else {
            Task {
                let answer = await work()
                returns.add(Returns.Returned(answer: answer, recipient: waiting, exchange: exchange))
            }
            return
        }
        Task.immediate(executorPreference: isBrief ? executor : nil) {
            let answer = await work()
            returns.add(Returns.Returned(answer: answer, recipient: waiting, exchange: exchange))
        }
    }
}

/// Runs what is left of a task, once it has waited, on the loop that it began on. A group commit wakes many tasks at once: they
/// run in one turn of the loop.
final class LoopExecutor: TaskExecutor {
    private let waiting: Gathered<UnownedJob>

    init(_ loop: any EventLoop) { waiting = Gathered(loop: loop) }

    func enqueue(_ job: consuming ExecutorJob) {
        // What these jobs enqueue runs in the next turn.
        waiting.add(UnownedJob(job)) { jobs in
            for job in jobs { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
        }
    }
}

/// Answers of tasks on their way back to an event loop. A group commit finishes many at once.
final class Returns: Sendable {
    final class Returned: Sendable {
        let answer: Answer
        let recipient: NIOLoopBound<any Recipient>
        let exchange: UInt64

        init(answer: Answer, recipient: NIOLoopBound<any Recipient>, exchange: UInt64) {
            self.answer = answer
            self.recipient = recipient
            self.exchange = exchange
        }
    }

    private let waiting: Gathered<Returned>
    private let deliver: @Sendable ([Returned]) -> Void

    /// `deliver` runs on `loop`.
    init(loop: any EventLoop, deliver: @escaping @Sendable ([Returned]) -> Void) {
        waiting = Gathered(loop: loop)
        self.deliver = deliver
    }

    func add(_ returned: Returned) { waiting.add(returned, deliver) }
}

/// What other threads bring to an event loop: one wake-up carries all that has come by then.
private final class Gathered<Element: Sendable>: Sendable {
    private let elements = Mutex<[Element]>([])
    private let loop: any EventLoop

    init(loop: any EventLoop) { self.loop = loop }

    /// - Parameter take: the same each time. Runs on the loop.
    func add(_ element: Element, _ take: @escaping @Sendable ([Element]) -> Void) {
        let isFirst = elements.withLock { elements in
            elements.append(element)
            return elements.count == 1
        }
        guard isFirst else { return }
        loop.execute {
            let all = self.elements.withLock { elements in
                defer { elements = [] }
                return elements
            }
            take(all)
        }
    }
}
