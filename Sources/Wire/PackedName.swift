/// A header name of up to 24 bytes in lower case, as integers: compared at the price of three comparisons.
struct PackedName: Equatable {
    private var words: (UInt64, UInt64, UInt64) = (0, 0, 0)
    private let count: Int

    /// `nil` for a longer name, which is none that this room knows.
    init?(_ name: String) {
        let bytes = name.utf8.span
        count = bytes.count
        guard count <= 24 else { return nil }
        var index = 0
        while index < count {
            let byte = UInt64(ASCII.lower(bytes[index]))
            let shift = UInt64(index & 7) &* 8
            switch index >> 3 {
            case 0: words.0 |= byte &<< shift
            case 1: words.1 |= byte &<< shift
            default: words.2 |= byte &<< shift
            }
            index &+= 1
        }
    }

    static func == (a: PackedName, b: PackedName) -> Bool {
        a.words == b.words && a.count == b.count
    }
}

/// The headers that ``Envelope`` collects.
extension PackedName {
    static let host = PackedName("host")
    static let date = PackedName("date")
    static let amzDate = PackedName("x-amz-date")
    static let userAgent = PackedName("user-agent")
    static let target = PackedName("x-amz-target")
    static let contentType = PackedName("content-type")
    static let authorization = PackedName("authorization")
    static let contentEncoding = PackedName("content-encoding")
    static let securityToken = PackedName("x-amz-security-token")
    static let contentSHA256 = PackedName("x-amz-content-sha256")
}
