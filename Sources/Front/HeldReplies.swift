internal import NIOCore
internal import Services
internal import Wire

/// Replies that wait for the trail, by ticket.
///
/// The trail settles tickets in order, so only the front needs to be looked at.
struct HeldReplies {
    final class Held {
        let ticket: Ticket
        let answer: Answer
        let recipient: any Recipient
        let exchange: UInt64

        init(ticket: Ticket, answer: Answer, recipient: any Recipient, exchange: UInt64) {
            self.ticket = ticket
            self.answer = answer
            self.recipient = recipient
            self.exchange = exchange
        }

        func deliver(_ fate: Fate) {
            let reply = fate == .lost ? answer.unrecorded : answer.reply
            recipient.deliver(reply, requestID: answer.requestID, exchange: exchange)
        }
    }

    private var queue = CircularBuffer<Held>()

    var first: Held? { queue.first }

    mutating func removeFirst() { queue.removeFirst() }

    /// Nearly always at the end; an answer that came back from a task may be a little older.
    mutating func insert(_ held: Held) {
        var index = queue.endIndex
        while index > queue.startIndex, held.ticket < queue[queue.index(before: index)].ticket {
            index = queue.index(before: index)
        }
        if index == queue.endIndex { queue.append(held) } else { queue.insert(held, at: index) }
    }
}
