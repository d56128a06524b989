package import Bytes
internal import Policy
internal import Synchronization
package import Wire

/// One authenticated call on its way through the gate.
package final class Call: Sendable {
    package let house: House
    package let caller: Caller
    package let place: Place
    package let requestID: Text
    package let received: Timestamp
    package let userAgent: Text
    package let peer: Peer
    package let host: Text
    /// The service that calls on the caller's behalf, e.g. `secretsmanager`; `nil` for the caller's own request.
    package let via: Text?
    package let view: View
    private let journal: Journal

    package init(
        house: House,
        caller: Caller,
        place: Place,
        requestID: Text,
        received: Timestamp,
        userAgent: Text,
        peer: Peer,
        host: Text,
        via: Text? = nil,
        view: View,
        journal: Journal = Journal()
    ) {
        self.house = house
        self.caller = caller
        self.place = place
        self.requestID = requestID
        self.received = received
        self.userAgent = userAgent
        self.peer = peer
        self.host = host
        self.via = via
        self.view = view
        self.journal = journal
    }

    /// The same call, seeing more rows and with a fresh journal: what the abandoned attempt did has not happened.
    func retried(with view: View) -> Call {
        Call(
            house: house, caller: caller, place: place, requestID: requestID, received: received, userAgent: userAgent,
            peer: peer, host: host, via: via, view: view
        )
    }

    /// The same call once more, under a request id of its own. It shares the journal.
    func repeated(view: View) -> Call {
        Call(
            house: house, caller: caller, place: place, requestID: house.chance.uuid(), received: received,
            userAgent: userAgent, peer: peer, host: host, via: via, view: view, journal: journal
        )
    }

    /// The same call as the service `api` makes it for the caller. It shares the journal.
    func forwarded(by api: API, view: View) -> Call {
        Call(
            house: house, caller: caller, place: place, requestID: house.chance.uuid(), received: received,
            userAgent: userAgent, peer: peer, host: host, via: api.name, view: view, journal: journal
        )
    }

    package func note(_ record: [UInt8]) { journal.add(record) }
    package var records: [[UInt8]] { journal.records }
    package var isCommitted: Bool { journal.isCommitted }
    package func markCommitted() { journal.markCommitted() }

    /// The records of one request: nested calls first, in the order in which they ended.
    package final class Journal: Sendable {
        private struct State {
            var records: [[UInt8]] = []
            var isCommitted = false
        }
        private let state = Mutex(State())

        package init() {}

        func add(_ record: [UInt8]) { state.withLock { $0.records.append(record) } }
        var records: [[UInt8]] { state.withLock { $0.records } }
        /// True once the records have gone with a committed transaction: nothing is left for the trail to wait for.
        var isCommitted: Bool { state.withLock { $0.isCommitted } }
        func markCommitted() { state.withLock { $0.isCommitted = true } }
    }
}
