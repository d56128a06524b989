internal import Synchronization

/// What the listener has seen since it started.
package struct FrontFigures: Sendable, Equatable {
    /// Connections now.
    package var open = 0
    package var accepted = 0
    /// Connections over ``FrontOptions/Limits/maxConnections``, closed at once.
    package var refused = 0
    /// Given to the door, and pages.
    package var requests = 0
    /// Not given to the door: bad HTTP or over a limit.
    package var malformed = 0
    /// Connections dropped for being slow or idle.
    package var timedOut = 0
    /// As read and written, TLS and HTTP/2 framing not counted.
    package var bytesIn = 0
    package var bytesOut = 0

    package init() {}
}

/// One event loop's counts: written by that loop alone, read by anyone.
final class Tally: Sendable {
    let requests = Counter()
    let malformed = Counter()
    let timedOut = Counter()
    let bytesIn = Counter()
    let bytesOut = Counter()

    func add(to figures: inout FrontFigures) {
        figures.requests += requests.value
        figures.malformed += malformed.value
        figures.timedOut += timedOut.value
        figures.bytesIn += bytesIn.value
        figures.bytesOut += bytesOut.value
    }
}

final class Counter: Sendable {
    private let count = Atomic(0)

    var value: Int { count.load(ordering: .relaxed) }

    /// From the owning loop alone: a load and a store are cheaper than a locked addition.
    func add(_ more: Int) { count.store(count.load(ordering: .relaxed) &+ more, ordering: .relaxed) }
}
