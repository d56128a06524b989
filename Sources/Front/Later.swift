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
    private let loop: any EventLoop
    private let waiting = Mutex<[UnownedJob]>([])

    init(_ loop: any EventLoop) { self.loop = loop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let isFirst = waiting.withLock { waiting in
            waiting.append(job)
            return waiting.count == 1
        }
        if isFirst { loop.execute { self.run() } }
    }

    /// What these jobs enqueue runs in the next turn.
    private func run() {
        let jobs = waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
        for job in jobs { unsafe job.runSynchronously(on: asUnownedTaskExecutor()) }
    }
}

/// Answers of tasks on their way back to an event loop. A group commit finishes many at once: one wake-up carries them all.
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

    private let waiting = Mutex<[Returned]>([])
    private let loop: any EventLoop
    private let deliver: @Sendable ([Returned]) -> Void

    /// `deliver` runs on `loop`.
    init(loop: any EventLoop, deliver: @escaping @Sendable ([Returned]) -> Void) {
        self.loop = loop
        self.deliver = deliver
    }

    func add(_ returned: Returned) {
        let isFirst = waiting.withLock { waiting in
            waiting.append(returned)
            return waiting.count == 1
        }
        guard isFirst else { return }
        loop.execute {
            let all = self.waiting.withLock { waiting in
                defer { waiting = [] }
                return waiting
            }
            self.deliver(all)
        }
    }
}
