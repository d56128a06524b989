internal import Glibc

/// An error of the operating system, for the operator.
struct FileFlaw: Error, Sendable, CustomStringConvertible {
    let doing: String
    let code: Int32

    var description: String { unsafe "\(doing): \(String(cString: strerror(code)))" }
    var isNoSpace: Bool { code == ENOSPC || code == EDQUOT }
}

/// A file that only grows, synced with `fdatasync`. Owned by the trail's writer thread.
final class AppendFile: Sendable {
    private let descriptor: Int32
    let path: String

    /// Creates it (mode 0600) or opens it for appending.
    init(path: String) throws(FileFlaw) {
        self.path = path
        descriptor = unsafe open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileFlaw(doing: "open \(path)", code: errno) }
    }

    deinit { close(descriptor) }

    func size() throws(FileFlaw) -> Int {
        let end = lseek(descriptor, 0, SEEK_END)
        guard end >= 0 else { throw FileFlaw(doing: "size of \(path)", code: errno) }
        return end
    }

    func write(_ bytes: [UInt8]) throws(FileFlaw) {
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.write(descriptor, buffer.baseAddress.map { unsafe $0 + written }, bytes.count - written)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw FileFlaw(doing: "write \(path)", code: count == 0 ? EIO : errno) }
            written += count
        }
    }

    func sync() throws(FileFlaw) {
        guard fdatasync(descriptor) == 0 else { throw FileFlaw(doing: "sync \(path)", code: errno) }
    }

    /// The system may drop what it holds of these bytes in memory. Only of use once they are synced.
    func letGo(_ range: Range<Int>) {
        _ = posix_fadvise(descriptor, range.lowerBound, range.count, POSIX_FADV_DONTNEED)
    }

    func truncate(to length: Int) throws(FileFlaw) {
        guard ftruncate(descriptor, length) == 0 else { throw FileFlaw(doing: "truncate \(path)", code: errno) }
    }
}

/// A file to be read in pieces, whoever may be appending to it.
final class ReadFile: Sendable {
    private let descriptor: Int32
    private let path: String

    /// `nil` if there is no such file.
    init?(path: String) throws(FileFlaw) {
        self.path = path
        descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw FileFlaw(doing: "open \(path)", code: errno)
        }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    func size() throws(FileFlaw) -> Int {
        let end = lseek(descriptor, 0, SEEK_END)
        guard end >= 0 else { throw FileFlaw(doing: "size of \(path)", code: errno) }
        return end
    }

    /// Fewer than `count` bytes only at the end of the file.
    func read(from offset: Int, count: Int) throws(FileFlaw) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let got = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe pread(descriptor, buffer.baseAddress.map { unsafe $0 + filled }, count - filled, offset + filled)
            }
            if got < 0 && errno == EINTR { continue }
            guard got >= 0 else { throw FileFlaw(doing: "read \(path)", code: errno) }
            if got == 0 { break }
            filled += got
        }
        bytes.removeLast(count - filled)
        return bytes
    }
}

enum Folder {
    /// Makes a new file's name survive a power cut.
    static func sync(_ path: String) throws(FileFlaw) {
        let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileFlaw(doing: "open \(path)", code: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw FileFlaw(doing: "sync \(path)", code: errno) }
    }

    static func create(_ path: String) throws(FileFlaw) {
        guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw FileFlaw(doing: "create \(path)", code: errno)
        }
    }

    /// Names in a folder, in byte order.
    static func names(in path: String) throws(FileFlaw) -> [String] {
        guard let folder = unsafe opendir(path) else { throw FileFlaw(doing: "list \(path)", code: errno) }
        defer { unsafe closedir(folder) }
        var names: [String] = []
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// Whole contents, or `nil` if there is no such file.
    static func read(_ path: String) throws(FileFlaw) -> [UInt8]? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw FileFlaw(doing: "open \(path)", code: errno)
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe chunk.withUnsafeMutableBytes { buffer in
                unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw FileFlaw(doing: "read \(path)", code: errno) }
            if count == 0 { return bytes }
            bytes.append(contentsOf: chunk[..<count])
        }
    }

    /// Overwrites a small file in place. Not synced: what it says may be older than the truth, never newer.
    static func overwrite(_ path: String, _ bytes: [UInt8]) throws(FileFlaw) {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileFlaw(doing: "open \(path)", code: errno) }
        defer { close(descriptor) }
        let count = unsafe bytes.withUnsafeBytes { unsafe pwrite(descriptor, $0.baseAddress, $0.count, 0) }
        guard count == bytes.count else { throw FileFlaw(doing: "write \(path)", code: count < 0 ? errno : EIO) }
    }
}
