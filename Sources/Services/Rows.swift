internal import Bytes
internal import Store

/// Row bodies are JSON written and read by the same code that everything else goes through.
extension Fields {
    var json: [UInt8] {
        var out = ByteBuilder(capacity: 512)
        out.append(json: self)
        return out.bytes
    }

    /// A stored body. Depth and size were ours to choose, so the parser's limits are wide.
    init(json bytes: [UInt8]) throws {
        do {
            guard case .structure(let fields) = try JSON.parse(bytes, limits: JSON.Limits(values: 1_000_000)) else {
                throw StoreError.corrupt("a row's body is no object")
            }
            self = fields
        } catch let flaw as JSON.Flaw {
            throw StoreError.corrupt("a row's body is no JSON at byte \(flaw.offset)")
        }
    }

    /// A blob inside a row's body.
    func storedBlob(_ name: Text) -> [UInt8]? { text(name).flatMap { Base64.decode(Array($0.utf8)) } }
    func storedTime(_ name: Text) -> Timestamp? { integer(name).map { Timestamp(milliseconds: $0) } }
}

extension Text {
    /// With zeros in front, so that ids sort as their numbers do.
    init(_ number: some BinaryInteger, digits width: Int) {
        let digits = "\(number)"
        self.init(String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits)
    }
}
