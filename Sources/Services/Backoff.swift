/// Waits between attempts.
enum Backoff {
    /// Milliseconds: `first`, then twice as long each time, `longest` at most.
    ///
    /// - Parameter doublings: 0 before the first wait is over.
    static func pause(first: Int64, doublings: Int64, longest: Int64) -> Int64 {
        min(first << min(max(doublings, 0), 16), longest)
    }
}
