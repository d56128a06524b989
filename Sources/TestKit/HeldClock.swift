package import Bytes
package import Services
internal import Synchronization

/// Time that stands still until a test moves it.
package final class HeldClock: Sendable {
    private let milliseconds: Mutex<Int64>

    /// - Parameter iso: the starting moment as seconds since the epoch.
    package init(seconds: Int64 = 1_800_000_000) { milliseconds = Mutex(seconds * 1000) }

    package var now: Timestamp { Timestamp(milliseconds: milliseconds.withLock { $0 }) }

    package func advance(milliseconds step: Int64) { milliseconds.withLock { $0 += step } }
    package func advance(days: Int64) { advance(milliseconds: days * 86_400_000) }

    package var clock: Clock {
        Clock(
            now: { [self] in now },
            monotonic: { [self] in UInt64(milliseconds.withLock { $0 }) * 1_000_000 }
        )
    }
}

extension Chance {
    /// A reproducible stream (xorshift64*). Never in a product.
    package static func seeded(_ seed: UInt64) -> Chance {
        let state = Mutex(seed | 1)
        let next: @Sendable () -> UInt64 = {
            state.withLock { state in
                state ^= state >> 12
                state ^= state << 25
                state ^= state >> 27
                return state &* 0x2545_F491_4F6C_DD1D
            }
        }
        return Chance(
            bytes: { count in (0..<count).map { _ in UInt8(truncatingIfNeeded: next() >> 56) } },
            words: { (next(), next()) }
        )
    }
}
