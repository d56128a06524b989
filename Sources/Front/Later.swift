internal import NIOCore
internal import Services

/// The one place of this room where a task begins: what the door can't answer at once.
extension Desk {
    /// The task outlives its connection: a write that has begun is not to be cut off by a client that hangs up.
    func later(
        _ work: @escaping @Sendable () async -> Answer,
        for recipient: any Recipient,
        _ exchange: UInt64
    ) {
        let back = NIOLoopBound((desk: self, recipient: recipient), eventLoop: loop)
        let loop = loop
        Task {
            let answer = await work()
            loop.execute {
                back.value.desk.settle(answer, for: back.value.recipient, exchange)
                back.value.recipient.flushReplies()
            }
        }
    }
}
