internal import CSandbox
internal import Glibc
internal import Seal

/// Why no process began.
struct SpawnFlaw: Error, CustomStringConvertible {
    let doing: String
    let code: Int32

    var description: String { unsafe "\(doing): \(String(cString: strerror(code)))" }
}

/// An open file, closed with its last holder.
final class Descriptor: Sendable {
    let number: Int32

    init(_ number: Int32) { self.number = number }

    deinit { up_close(number) }

    static func file(_ path: String) throws(SpawnFlaw) -> Descriptor {
        try checked(unsafe up_open_file(path), "open \(path)")
    }

    static func writing(_ path: String) throws(SpawnFlaw) -> Descriptor {
        try checked(unsafe up_open_for_writing(path), "open \(path)")
    }

    /// Memory that is read as a file, from its beginning.
    static func memory(_ content: SecretBytes) throws(SpawnFlaw) -> Descriptor {
        let number = content.reveal { span in
            unsafe span.withUnsafeBytes { unsafe up_memory_file($0.baseAddress, $0.count) }
        }
        return try checked(number, "make a file in memory")
    }

    static func pipe() throws(SpawnFlaw) -> (read: Descriptor, write: Descriptor) {
        var ends: [Int32] = [-1, -1]
        let code = unsafe ends.withUnsafeMutableBufferPointer { buffer in
            unsafe buffer.baseAddress.map { unsafe up_pipe($0) } ?? EINVAL
        }
        guard code == 0 else { throw SpawnFlaw(doing: "make a pipe", code: code) }
        return (Descriptor(ends[0]), Descriptor(ends[1]))
    }

    /// How much lies in the pipe unread.
    var waiting: Int { Int(up_waiting(number)) }

    /// From its beginning; of a file.
    func content(limit: Int) -> [UInt8] {
        var out = [UInt8](repeating: 0, count: limit)
        let count = unsafe out.withUnsafeMutableBytes { unsafe pread(number, $0.baseAddress, limit, 0) }
        return Array(out.prefix(max(0, count)))
    }

    func duplicate() throws(SpawnFlaw) -> Int32 {
        let copy = fcntl(number, F_DUPFD_CLOEXEC, 3)
        guard copy >= 0 else { throw SpawnFlaw(doing: "duplicate a descriptor", code: errno) }
        return copy
    }

    private static func checked(_ number: Int32, _ doing: String) throws(SpawnFlaw) -> Descriptor {
        guard number >= 0 else { throw SpawnFlaw(doing: doing, code: errno) }
        return Descriptor(number)
    }
}
