internal import Bytes
internal import Glibc

/// The folder of an embedded store, ours alone, and held by one process: SQLite's WAL may be damaged when two processes
/// checkpoint at once (the WAL-reset race, fixed in 3.51.3).
struct DirectoryLock: Sendable {
    private let file: Int32

    init(_ directory: String) throws(StoreError) {
        try Self.make(directory)
        let path = directory + "/undercroft.lock"
        file = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            throw .misconfigured("the lock file in the data directory can't be opened (errno \(errno))")
        }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            let reason = errno
            close(file)
            guard reason == EWOULDBLOCK else { throw .misconfigured("the lock file can't be locked (errno \(reason))") }
            throw .locked("another process holds the data directory \(directory)")
        }
    }

    func release() { close(file) }

    /// True if others than the owner may enter.
    static func isOpenToOthers(_ directory: String) -> Bool {
        var status = stat()
        return unsafe stat(directory, &status) == 0 && status.st_mode & 0o077 != 0
    }

    /// Makes the file before SQLite does, because SQLite would make it for all to read. Its companions take its mode.
    static func makeFile(_ path: String) throws(StoreError) {
        let file = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw .misconfigured("the database file can't be opened (errno \(errno))") }
        close(file)
    }

    /// A new file's name is durable once its directory is.
    static func sync(_ directory: String) throws(StoreError) {
        let folder = unsafe open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw .misconfigured("the data directory can't be opened (errno \(errno))") }
        defer { close(folder) }
        guard fsync(folder) == 0 else { throw .unavailable("the data directory can't be synced (errno \(errno))") }
    }

    private static func make(_ directory: String) throws(StoreError) {
        if unsafe mkdir(directory, 0o700) == 0 {
            try sync(directory + "/..")
        } else if errno != EEXIST {
            throw .misconfigured("the data directory can't be made (errno \(errno))")
        }
    }
}
