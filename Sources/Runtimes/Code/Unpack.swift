internal import Bytes
internal import Foundation

extension ZipArchive {
    /// Writes everything below `folder`, which is empty and nobody else's. Others may read it: a sandbox runs as somebody else.
    package func unpack(to folder: String) throws {
        var made: Set<[Text]> = [[]]
        for entry in entries {
            let parents = entry.kind == .folder ? entry.path[...] : entry.path.dropLast()
            try makeFolder(Array(parents), in: folder, &made)
        }
        for entry in entries {
            guard case .file(let isExecutable) = entry.kind else { continue }
            let path = "\(folder)/\(Self.shown(entry.path))"
            let mode = isExecutable ? 0o755 : 0o644
            // A folder of that name, which another entry made.
            guard !made.contains(entry.path) else { throw ZipFlaw("\(Self.shown(entry.path)) is both file and folder") }
            guard
                FileManager.default.createFile(
                    atPath: path, contents: Data(try Inflate.content(entry)), attributes: [.posixPermissions: mode])
            else { throw ZipFlaw("\(Self.shown(entry.path)) can't be written") }
        }
        // Last, so that nothing is ever written through a link.
        for entry in entries where entry.kind == .link {
            guard !made.contains(entry.path) else { throw ZipFlaw("\(Self.shown(entry.path)) is both link and folder") }
            let target = try EntryPath.destination(Inflate.content(entry), of: entry.path)
            try FileManager.default.createSymbolicLink(
                atPath: "\(folder)/\(Self.shown(entry.path))", withDestinationPath: target.string)
        }
    }

    private func makeFolder(_ path: [Text], in folder: String, _ made: inout Set<[Text]>) throws {
        guard !made.contains(path) else { return }
        try makeFolder(Array(path.dropLast()), in: folder, &made)
        try FileManager.default.createDirectory(
            atPath: "\(folder)/\(Self.shown(path))", withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o755])
        made.insert(path)
    }
}
