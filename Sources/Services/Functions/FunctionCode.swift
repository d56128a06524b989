internal import Bytes
internal import Primitives
internal import Store
internal import Wire

/// A zip on its way into the store, or out of it: in parts, under its digest, once however many versions use it.
struct FunctionCode: Sendable {
    private static let part = 512 << 10
    private static let page = 16
    private static let mostZipped = 52_428_800

    let bytes: [UInt8]
    /// Lower-case hexadecimal SHA-256.
    let digest: Text

    /// - Parameter code: a request's members that say where code comes from.
    /// - Parameter runner: also looks whether it could unpack it.
    init(_ code: Fields, for runner: any FunctionRunner) throws(Fault) {
        guard code.text("S3Bucket") == nil, code.text("S3Key") == nil else {
            throw .invalidValue("Code in S3 is not supported by this server. Send the zip itself, as ZipFile.")
        }
        guard code.text("ImageUri") == nil else {
            throw .invalidValue("Container images are not supported by this server. Send a zip, as ZipFile.")
        }
        guard let zip = code.secret("ZipFile") else {
            throw .invalidValue("Please provide a source for function code.")
        }
        bytes = zip.bytes
        guard zip.bytes.count <= Self.mostZipped else {
            throw Fault(
                "RequestEntityTooLargeException",
                "Request must be smaller than \(Self.mostZipped) bytes of zipped code", status: 413)
        }
        switch runner.flaw(in: zip.bytes) {
        case nil: break
        case .unreadable: throw .unreadableZip
        case .empty: throw .invalidValue("Uploaded file must be a non-empty zip")
        case .tooLarge(let limit): throw .invalidValue("Unzipped size must be smaller than \(limit) bytes")
        }
        digest = Hex.encode(SHA256.hash(zip.bytes).bytes)
    }

    private static func key(_ digest: Text, _ number: Int, _ place: Place) -> ItemKey {
        ItemKey(place: place, kind: FunctionRows.code, id: "\(digest):\(Text(number, digits: 4))")
    }

    /// Writes it, unless it is there already.
    func store(in place: Place, _ transaction: borrowing Transaction) throws {
        guard try transaction.items(place, kind: FunctionRows.code, link: digest, limit: 1).isEmpty else { return }
        for (number, start) in stride(from: 0, to: bytes.count, by: Self.part).enumerated() {
            let piece = Array(bytes[start..<min(start + Self.part, bytes.count)])
            let item = Item(key: Self.key(digest, number, place), link: digest, body: piece)
            guard try transaction.insert(item) else { throw StoreError.conflict }
        }
    }

    /// Deletes it, if no function and no version is left that uses it.
    ///
    /// - Parameter usedBut: a row that is about to let go of it.
    static func release(
        _ digest: Text, in place: Place, _ transaction: borrowing Transaction, usedBut: ItemKey? = nil
    ) throws {
        for kind in [FunctionRows.function, FunctionRows.version] {
            let users = try transaction.items(place, kind: kind, link: digest, limit: 2)
            guard users.allSatisfy({ $0.key == usedBut }) else { return }
        }
        while true {
            let parts = try transaction.items(place, kind: FunctionRows.code, link: digest, limit: page)
            for part in parts { _ = try transaction.delete(part.key) }
            guard parts.count == page else { return }
        }
    }

    static func load(_ digest: Text, in place: Place, _ store: Store) async throws -> [UInt8] {
        try await store.read { snapshot in
            var (bytes, after): ([UInt8], Text?) = ([], nil)
            while true {
                let parts = try snapshot.items(
                    place, kind: FunctionRows.code, link: digest, after: after, limit: page)
                for part in parts { bytes += part.body }
                guard parts.count == page, let last = parts.last else { break }
                after = last.key.id
            }
            guard Hex.encode(SHA256.hash(bytes).bytes) == digest else {
                throw StoreError.corrupt("the code \(digest)")
            }
            return bytes
        }
    }
}
