internal import Glibc

/// Folders that are the kernel's: what lies in them comes and goes with them.
enum SystemFolder {
    static func make(_ path: String) throws(SpawnFlaw) {
        guard unsafe mkdir(path, 0o755) == 0 else {
            throw SpawnFlaw(doing: "make \(path)", code: errno)
        }
    }

    /// Whether it is gone.
    static func remove(_ path: String) -> Bool { unsafe rmdir(path) == 0 || errno == ENOENT }
}
