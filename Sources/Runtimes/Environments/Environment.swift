internal import Bytes
internal import NIOCore
internal import Services

/// One process with one Runtime API, for one version of a function. All of it happens on one event loop, whose thread is also
/// the one that the process is a child of.
final class Environment: Sendable {
    /// What a cold start may take before its first question; Lambda's own figure.
    static let initSeconds: Int64 = 10

    struct Current {
        let delivery: Delivery
        let done: CheckedContinuation<Verdict, Never>
        var isDelivered = false
        var begin: UInt64 = 0
        var answer: Response?
        var isLate = false
        var timer: Scheduled<Void>?
    }

    struct State {
        var process: ChildProcess?
        var listener: (any Channel)?
        var connections: [ObjectIdentifier: any Channel] = [:]
        var poll: (who: ObjectIdentifier, reply: (RuntimeAPI.Reply) -> Void)?
        var current: Current?
        var started: UInt64 = 0
        var initNanoseconds: UInt64?
        var isReady = false
        var hasServed = false
        var initFlaw: [UInt8]?
        var end: ChildProcess.End?
        var log = InvocationLog()
    }

    let loop: any EventLoop
    let clock: Clock
    let version: Text
    let logStream: Text
    let expires: Timestamp
    /// The only user who may connect; `nil` if it is not one of its own.
    let user: UInt32?
    let onEnd: @Sendable () -> Void
    let output: Descriptor
    let state: NIOLoopBoundBox<State>

    init(
        loop: any EventLoop, clock: Clock, version: Text, logStream: Text, expires: Timestamp, user: UInt32?,
        output: Descriptor,
        onEnd: @escaping @Sendable () -> Void
    ) {
        self.loop = loop
        self.clock = clock
        self.version = version
        self.logStream = logStream
        self.expires = expires
        self.user = user
        self.output = output
        self.onEnd = onEnd
        state = NIOLoopBoundBox.makeBoxSendingValue(State(), eventLoop: loop)
    }

    /// Runs one invocation; the next may come when this one has ended.
    func invoke(_ delivery: Delivery) async -> Verdict {
        await withCheckedContinuation { done in
            loop.execute { self.begin(Current(delivery: delivery, done: done)) }
        }
    }

    private func begin(_ current: Current) {
        if state.value.end != nil, state.value.hasServed {
            return current.done.resume(returning: Verdict(end: .notDelivered))
        }
        state.value.current = current
        if state.value.end != nil { return settle() }
        let seconds = Int64(current.delivery.timeoutSeconds)
        limitTime(to: state.value.isReady ? seconds : max(Self.initSeconds, seconds))
        deliver()
    }

    private func limitTime(to seconds: Int64) {
        state.value.current?.timer?.cancel()
        state.value.current?.timer = loop.scheduleTask(in: .seconds(seconds)) { self.timeIsUp() }
    }

    private func timeIsUp() {
        guard state.value.current?.answer == nil else { return }
        state.value.current?.isLate = true
        state.value.process?.kill()
    }

    /// If there is something to do and somebody asks for it.
    func deliver() {
        guard let poll = state.value.poll, let current = state.value.current, !current.isDelivered, !current.isLate
        else {
            return
        }
        state.value.poll = nil
        let now = clock.now()
        state.value.log.append(line: "START RequestId: \(current.delivery.requestID) Version: \(version)", at: now)
        state.value.current?.isDelivered = true
        state.value.current?.begin = clock.monotonic()
        if !state.value.hasServed { limitTime(to: Int64(current.delivery.timeoutSeconds)) }
        poll.reply(current.delivery.reply(deadline: now + Int64(current.delivery.timeoutSeconds) * 1000))
    }

    /// Ends the invocation once everything that the function wrote before has been read. Its output was there before its answer,
    /// but both come by different ways.
    func settle(turns: Int = 64) {
        guard let current = state.value.current else { return }
        if turns > 0, output.waiting > 0 { return loop.execute { self.settle(turns: turns - 1) } }
        current.timer?.cancel()
        state.value.current = nil
        var verdict = Verdict(end: .notDelivered)
        if let answer = current.answer {
            verdict.end = .answered(answer)
        } else if current.isLate {
            verdict.end = .timedOut
        } else if let flaw = state.value.initFlaw {
            verdict.end = .answered(.flaw(flaw))
        } else if let end = state.value.end {
            verdict.end = .crashed(end)
        }
        if current.begin != 0 { verdict.nanoseconds = clock.monotonic() - current.begin }
        if !state.value.hasServed { verdict.initNanoseconds = state.value.initNanoseconds }
        if !current.isDelivered {
            let words: Text = "START RequestId: \(current.delivery.requestID) Version: \(version)"
            state.value.log.append(line: words, at: clock.now())
        }
        state.value.hasServed = true
        verdict.log = state.value.log.take(at: clock.now())
        verdict.peak = state.value.end?.peak ?? state.value.process?.peak ?? 0
        current.done.resume(returning: verdict)
    }

    func end() {
        loop.execute {
            self.state.value.listener?.close(promise: nil)
            self.state.value.process?.kill()
        }
    }
}
