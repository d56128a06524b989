internal import NIOCore
internal import Synchronization

/// Rung by the trail's thread after each commit, heard by one event loop: at most one wake-up is under way.
final class Bell: Sendable {
    private let isRung = Atomic(false)
    private let desk: NIOLoopBound<Desk>
    private let loop: any EventLoop

    init(_ desk: NIOLoopBound<Desk>, loop: any EventLoop) {
        self.desk = desk
        self.loop = loop
    }

    func ring() {
        guard !isRung.exchange(true, ordering: .acquiringAndReleasing) else { return }
        loop.execute {
            // Cleared first: a commit that comes after the look at the tickets rings anew.
            _ = self.isRung.exchange(false, ordering: .acquiringAndReleasing)
            self.desk.value.settleHeld()
        }
    }
}
