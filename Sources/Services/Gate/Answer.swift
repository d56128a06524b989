package import Wire

/// A position in the trail. What it names is durable once the trail's durable position has reached it.
package struct Ticket: Sendable, Hashable, Comparable {
    package let sequence: UInt64

    package init(sequence: UInt64) { self.sequence = sequence }
    package static func < (a: Ticket, b: Ticket) -> Bool { a.sequence < b.sequence }
}

package enum Fate: Sendable { case pending, durable, lost }

/// An answer that must not leave before its record is durable.
package struct Answer: Sendable {
    /// `x-amzn-RequestId`.
    package var requestID: String
    package var reply: Reply
    /// `nil` when there is nothing to wait for: the record went with a committed transaction, or the call has none.
    package var ticket: Ticket?
    /// What to send instead if the record was lost.
    package var unrecorded: Reply

    package init(requestID: String, reply: Reply, ticket: Ticket?, unrecorded: Reply) {
        self.requestID = requestID
        self.reply = reply
        self.ticket = ticket
        self.unrecorded = unrecorded
    }
}

package enum Outcome: Sendable {
    /// Everything needed was at hand.
    case ready(Answer)
    /// Something has to be fetched or written first. What is brief holds up nobody wherever it goes on after a wait.
    case later(@Sendable () async -> Answer, isBrief: Bool = false)
}

/// What a socket needs of the gate and the trail.
package protocol Door: Sendable {
    /// Never blocks: it may run on an event loop's thread.
    func attempt(_ request: Request) -> Outcome

    func fate(of ticket: Ticket) -> Fate

    /// `notify` runs, on the trail's own thread, after every group commit and every failed one; tickets are then looked up
    /// with ``fate(of:)``. It must not block.
    func observe(_ notify: @escaping @Sendable () -> Void)
}
