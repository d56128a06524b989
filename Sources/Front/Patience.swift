internal import NIOCore

/// The limits of time, in the event loop's unit: turning a `Duration` into it takes 128-bit divisions.
struct Patience {
    let head: TimeAmount
    let body: TimeAmount
    let idle: TimeAmount
    let linger: TimeAmount
    /// A tenth of the shortest, between 1 ms (tests) and half a second.
    let sweep: TimeAmount
    private let nanosecondsPerByte: Int64

    init(_ limits: FrontOptions.Limits) {
        let shortest = min(limits.headTimeout, limits.bodyTimeout, limits.idleTimeout, limits.lingerTimeout)
        sweep = min(.milliseconds(500), max(.milliseconds(1), TimeAmount(shortest / 10)))
        // A deadline is compared with a clock that may be one sweep old when it is set.
        head = TimeAmount(limits.headTimeout) + sweep
        body = TimeAmount(limits.bodyTimeout) + sweep
        idle = TimeAmount(limits.idleTimeout) + sweep
        linger = TimeAmount(limits.lingerTimeout) + sweep
        nanosecondsPerByte = 1_000_000_000 / Int64(max(1, limits.minBodyRate))
    }

    /// What so many bytes of a body buy.
    func grant(bytes: Int) -> TimeAmount { .nanoseconds(Int64(bytes) * nanosecondsPerByte) }
}
