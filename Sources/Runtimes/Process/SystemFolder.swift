internal import Glibc

/// Folders that are the kernel's: what lies in them comes and goes with them.
enum SystemFolder {
    static func make(_ path: String) throws(SpawnFlaw) {
        guard unsafe mkdir(path, 0o755) == 0 || errno == EEXIST else {
            throw SpawnFlaw(doing: "make \(path)", code: errno)
        }
    }

    static func remove(_ path: String) { _ = unsafe rmdir(path) }
}
