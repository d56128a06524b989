internal import NIOCore
internal import Wire

/// The replies that a connection owes, in the order of their requests (RFC 9112, 9.3.2).
struct ReplyLine {
    struct Settled {
        var reply: Reply
        var requestID: String
        var connection: ResponseHead.Connection
        var omitBody: Bool
    }

    private struct Slot {
        var connection: ResponseHead.Connection
        var omitBody: Bool
        var answer: (reply: Reply, requestID: String)?
    }

    private var slots = CircularBuffer<Slot>()
    /// The number of the first slot.
    private var first: UInt64 = 0

    var count: Int { slots.count }
    var isEmpty: Bool { slots.isEmpty }

    mutating func open(connection: ResponseHead.Connection, omitBody: Bool) -> UInt64 {
        slots.append(Slot(connection: connection, omitBody: omitBody))
        return first &+ UInt64(slots.count - 1)
    }

    /// False if nobody waits for it any more.
    mutating func settle(_ exchange: UInt64, reply: Reply, requestID: String) -> Bool {
        let offset = exchange &- first
        guard offset < UInt64(slots.count) else { return false }
        slots[offset: Int(offset)].answer = (reply, requestID)
        return true
    }

    mutating func removeFirstIfSettled() -> Settled? {
        guard let slot = slots.first, let answer = slot.answer else { return nil }
        slots.removeFirst()
        first &+= 1
        return Settled(
            reply: answer.reply,
            requestID: answer.requestID,
            connection: slot.connection,
            omitBody: slot.omitBody
        )
    }

    mutating func removeAll() {
        first &+= UInt64(slots.count)
        slots.removeAll()
    }
}
