import Bytes
import FoundationEssentials

/// The folder of outside vectors: `UNDERCROFT_SHARED`, else `shared` beside the repository.
enum Shared {
    static let sigv4: URL? = folder("vectors/sigv4")

    private static func folder(_ path: String) -> URL? {
        let root =
            ProcessInfo.processInfo.environment["UNDERCROFT_SHARED"].map { URL(filePath: $0) }
            ?? URL(filePath: #filePath).appending(path: "../../../../shared").standardized
        let url = root.appending(path: path)
        return FileManager.default.fileExists(atPath: url.path) ? url : nil
    }

    static func bytes(_ url: URL) throws -> [UInt8] { Array(try Data(contentsOf: url)) }
}
