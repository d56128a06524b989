internal import CPlatform
internal import Glibc
internal import Primitives

/// A small file that only its owner may read.
package struct PrivateFile {
    let path: String
    /// How messages call it: "seal file", "key file".
    let role: String
    /// The longest content that makes sense.
    let limit: Int

    package init(path: String, role: String, limit: Int) { (self.path, self.role, self.limit) = (path, role, limit) }

    private var name: String { "the \(role) \(path)" }

    var exists: Bool { unsafe access(path, F_OK) == 0 }

    /// The content, if the file is a plain one, ours (or root's), and closed to everyone else.
    func read() throws(SealFlaw) -> [UInt8] {
        // Without O_NONBLOCK, a pipe in the file's place would wait for a writer for ever.
        let file = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else {
            guard errno == ENOENT else { throw SealFlaw(.unreadable, "\(name) can't be read: \(systemWords())") }
            throw SealFlaw(.missing, "\(name) is missing: put it back from a backup, or correct the path")
        }
        defer { close(file) }
        try check(file)
        var content = [UInt8](repeating: 0, count: limit + 1)
        var length = 0
        while length < content.count {
            let got = unsafe content.withUnsafeMutableBytes { buffer in
                unsafe Glibc.read(file, buffer.baseAddress.map { unsafe $0 + length }, buffer.count - length)
            }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw SealFlaw(.unreadable, "\(name) can't be read: \(systemWords())") }
            if got == 0 { break }
            length += got
        }
        guard length <= limit else { throw SealFlaw(.damaged, "\(name) is longer than a \(role) can be") }
        // Shortening in place leaves no second copy of a key.
        content.removeLast(content.count - length)
        return content
    }

    private func check(_ file: Int32) throws(SealFlaw) {
        var status = stat()
        guard unsafe fstat(file, &status) == 0 else {
            throw SealFlaw(.unreadable, "\(name) can't be read: \(systemWords())")
        }
        guard status.st_mode & S_IFMT == S_IFREG else { throw SealFlaw(.unreadable, "\(name) is not a plain file") }
        guard status.st_uid == geteuid() || status.st_uid == 0 else {
            throw SealFlaw(
                .foreign, "\(name) belongs to user \(status.st_uid), not to this program's user: chown it")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw SealFlaw(.exposed, "\(name) is open to other users: make it private with `chmod 600 \(path)`")
        }
    }

    /// Writes a file that doesn't exist yet, complete or not at all, and on the disk when this returns.
    package func create(_ content: [UInt8]) throws(SealFlaw) {
        let draft = "\(path).\(String(decoding: SHA256.hash(Random.bytes(32)).hexBytes.prefix(12), as: UTF8.self)).new"
        let file = unsafe Glibc.open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw SealFlaw(.unwritable, "\(name) can't be written: \(systemWords())") }
        var isPlaced = false
        defer { if !isPlaced { unsafe unlink(draft) } }
        let isWritten = write(content, to: file) && fchmod(file, 0o600) == 0 && fsync(file) == 0
        let words = isWritten ? "" : systemWords()
        guard close(file) == 0, isWritten else { throw SealFlaw(.unwritable, "\(name) can't be written: \(words)") }
        let refusal = unsafe up_rename_new(draft, path)
        guard refusal != EEXIST else {
            throw SealFlaw(.alreadyThere, "\(name) exists already and is never overwritten: move it away first")
        }
        guard refusal == 0 else { throw SealFlaw(.unwritable, "\(name) can't be written: \(systemWords(refusal))") }
        isPlaced = true
        try syncFolder()
    }

    private func write(_ content: [UInt8], to file: Int32) -> Bool {
        var done = 0
        while done < content.count {
            let put = unsafe content.withUnsafeBytes { buffer in
                unsafe Glibc.write(file, buffer.baseAddress.map { unsafe $0 + done }, buffer.count - done)
            }
            if put < 0, errno == EINTR { continue }
            guard put > 0 else { return false }
            done += put
        }
        return true
    }

    /// A new name is on the disk only once its folder is.
    private func syncFolder() throws(SealFlaw) {
        let end = path.utf8.lastIndex(of: 0x2F)
        let folder = end.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let file = unsafe Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard file >= 0 else { throw SealFlaw(.unwritable, "the folder \(folder) can't be synced: \(systemWords())") }
        defer { close(file) }
        guard fsync(file) == 0 else {
            throw SealFlaw(.unwritable, "the folder \(folder) can't be synced: \(systemWords())")
        }
    }

    private func systemWords(_ code: Int32 = errno) -> String { unsafe String(cString: strerror(code)) }
}
