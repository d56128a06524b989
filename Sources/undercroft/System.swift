import Bytes
import Foundation
import Glibc
import Primitives
import Services
import Synchronization

/// The one place where real time, real chance and the operator's terminal come in.
enum System {
    static let clock = Clock(
        now: {
            var time = timespec()
            unsafe clock_gettime(CLOCK_REALTIME, &time)
            return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
        },
        monotonic: {
            var time = timespec()
            unsafe clock_gettime(CLOCK_MONOTONIC, &time)
            return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
        }
    )

    /// Bytes straight from the kernel; identifiers are cut from a page of them. Every byte is used once.
    static func chance() -> Chance {
        let page = Mutex<[UInt64]>([])
        return Chance(
            bytes: { Random.bytes($0) },
            words: {
                page.withLock { page in
                    if page.count < 2 { page = draw(512) }
                    return (page.removeLast(), page.removeLast())
                }
            }
        )
    }

    private static func draw(_ count: Int) -> [UInt64] {
        let bytes = Random.bytes(count * 8)
        return (0..<count).map { index in
            bytes[index * 8..<index * 8 + 8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        }
    }

    /// One line an event on standard error: time, level, text. Control characters are escaped, so nothing can forge a line.
    static let log = Log { level, text in
        var line = ByteBuilder()
        line.append(iso8601: clock.now())
        line.append(" \(level.rawValue) ")
        line.append(jsonEscaped: text)
        line.append("\n")
        FileHandle.standardError.write(Data(line.bytes))
    }

    static func pause(_ milliseconds: Int64) async throws {
        try await Task.sleep(for: .milliseconds(milliseconds))
    }

    /// Whether there is somebody to ask.
    static var hasTerminal: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 }

    static func say(_ text: String) {
        FileHandle.standardOutput.write(Data((text + "\n").utf8))
    }
}
