import Foundation
import Glibc

/// Signals that the process takes as messages instead of being ended by them.
///
/// The handler writes the signal's number into a pipe, all that a handler may safely do; from its installation on no signal is
/// lost. (A dispatch source wants the signal ignored before it listens, and a stop that comes in between is gone.)
struct Signals: Sendable {
    let stream: AsyncStream<Int32>

    private struct Pipe: Sendable {
        let read: Int32
        let write: Int32

        init() {
            var ends: [Int32] = [-1, -1]
            _ = unsafe Glibc.pipe(&ends)
            (read, write) = (ends[0], ends[1])
        }
    }

    // Made before the first handler is installed, so the handler never runs its initializer.
    private static let pipe = Pipe()

    init(_ numbers: [Int32]) {
        let (stream, continuation) = AsyncStream<Int32>.makeStream()
        self.stream = stream
        let end = Self.pipe.read
        for number in numbers {
            signal(number) { number in
                var byte = UInt8(truncatingIfNeeded: number)
                _ = unsafe Glibc.write(Signals.pipe.write, &byte, 1)
            }
        }
        let reader = Thread {
            var byte: UInt8 = 0
            while true {
                let count = unsafe Glibc.read(end, &byte, 1)
                if count == 1 {
                    continuation.yield(Int32(byte))
                } else if count == 0 || errno != EINTR {
                    return
                }
            }
        }
        reader.name = "signals"
        reader.start()
    }
}
