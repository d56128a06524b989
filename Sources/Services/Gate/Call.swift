package import Bytes
internal import Policy
internal import Synchronization
package import Wire

/// What the calls of one request have in common. One object, so that a nested call costs a reference, not a copy of everything.
package final class Scene: Sendable {
    package let house: House
    package let caller: Caller
    package let place: Place
    package let received: Timestamp
    /// UTF-8.
    package let userAgent: ArraySlice<UInt8>
    package let peer: Peer
    /// UTF-8.
    package let host: ArraySlice<UInt8>

    package init(
        house: House,
        caller: Caller,
        place: Place,
        received: Timestamp,
        userAgent: ArraySlice<UInt8>,
        peer: Peer,
        host: ArraySlice<UInt8>
    ) {
        self.house = house
        self.caller = caller
        self.place = place
        self.received = received
        self.userAgent = userAgent
        self.peer = peer
        self.host = host
    }
}

/// One authenticated call on its way through the gate.
package final class Call: Sendable {
    private let scene: Scene
    package let requestID: Text
    /// The service that calls on the caller's behalf, e.g. `secretsmanager`; `nil` for the caller's own request.
    package let via: Text?
    package let view: View
    private let journal: Journal
    private let found = Mutex<[Finding]>([])
    private let owners = Mutex<[AccountID]>([])
    private let introduced = Mutex<[UInt8]?>(nil)

    package init(_ scene: Scene, requestID: Text, via: Text? = nil, view: View, journal: Journal = Journal()) {
        self.scene = scene
        self.requestID = requestID
        self.via = via
        self.view = view
        self.journal = journal
    }

    package var house: House { scene.house }
    package var caller: Caller { scene.caller }
    package var place: Place { scene.place }
    package var received: Timestamp { scene.received }
    package var userAgent: Text { Text(decoding: scene.userAgent) }
    package var peer: Peer { scene.peer }

    /// What the trail says of this request and of no other.
    package var circumstances: Circumstances {
        Circumstances(
            received: scene.received,
            requestID: requestID,
            peer: scene.peer,
            userAgent: scene.userAgent,
            host: scene.host
        )
    }

    /// The same call, seeing more rows and with a fresh journal: what the abandoned attempt did has not happened.
    func retried(with view: View) -> Call { Call(scene, requestID: requestID, via: via, view: view) }

    /// The same call once more, under a request id of its own. It shares the journal.
    func repeated(view: View) -> Call {
        Call(scene, requestID: house.chance.kin(of: requestID), via: via, view: view, journal: journal)
    }

    /// The same call as the service `api` makes it for the caller. It shares the journal.
    func forwarded(by api: API, view: View) -> Call {
        Call(scene, requestID: house.chance.kin(of: requestID), via: api.name, view: view, journal: journal)
    }

    /// What was decided about this call, in the order in which it was asked.
    var findings: [Finding] { found.withLock { $0 } }
    func note(_ finding: Finding) {
        found.withLock { $0.append(finding) }
        journal.cite(finding.cited)
    }
    /// The policies that the records speak of.
    var cited: [PolicyText] { journal.cited }

    /// The accounts, other than the caller's, whose resources this call is about.
    var otherOwners: [AccountID] { owners.withLock { $0 } }
    func note(owner: AccountID) {
        guard owner != place.account, owner != .none else { return }
        owners.withLock { if !$0.contains(owner) { $0.append(owner) } }
    }

    /// CloudTrail's `userIdentity`.
    var identityJSON: [UInt8] { introduced.withLock { $0 } ?? caller.identityJSON }
    /// Once the request's own proof has been verified.
    func introduce(as identityJSON: [UInt8]) { introduced.withLock { $0 = identityJSON } }

    package func note(_ record: [UInt8]) { journal.add(record) }
    package var records: [[UInt8]] { journal.records }
    package var isCommitted: Bool { journal.isCommitted }
    package func markCommitted() { journal.markCommitted() }
    /// True once a policy had to look beyond action, resource and principal.
    package var isContextual: Bool { journal.isContextual }
    func markContextual() { journal.markContextual() }
    /// What a condition key could not be computed without.
    func takeWanted() -> Detour? { journal.takeWanted() }
    func want(_ detour: Detour) { journal.want(detour) }

    /// The records of one request: nested calls first, in the order in which they ended.
    package final class Journal: Sendable {
        private struct State {
            var records: [[UInt8]] = []
            var cited: [PolicyText] = []
            var isCommitted = false
            var isContextual = false
            var wanted: Detour?
        }
        private let state = Mutex(State())

        package init() {}

        func add(_ record: [UInt8]) { state.withLock { $0.records.append(record) } }
        var records: [[UInt8]] { state.withLock { $0.records } }
        func cite(_ texts: [PolicyText]) { state.withLock { $0.cited += texts } }
        var cited: [PolicyText] { state.withLock { $0.cited } }
        /// True once the records have gone with a committed transaction: nothing is left for the trail to wait for.
        var isCommitted: Bool { state.withLock { $0.isCommitted } }
        var isContextual: Bool { state.withLock { $0.isContextual } }
        func takeWanted() -> Detour? {
            state.withLock { state in
                defer { state.wanted = nil }
                return state.wanted
            }
        }
        func want(_ detour: Detour) { state.withLock { $0.wanted = detour } }
        func markContextual() { state.withLock { $0.isContextual = true } }
        func markCommitted() { state.withLock { $0.isCommitted = true } }
    }
}
