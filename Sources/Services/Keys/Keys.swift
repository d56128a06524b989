package import Bytes
internal import Policy
internal import Seal
internal import Store
internal import Wire

/// AWS KMS: its operations, and the words they share.
package enum Keys {
    static let keyID = Shape.string(1...2048)
    static let grantTokens = Shape.list(.string(1...8192), 0...10)
    static let context = Shape.map(key: .string(), value: .string(), 0...Int.max)
    static let algorithm = Shape.oneOf("SYMMETRIC_DEFAULT", "RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256", "SM2PKE")
    static let aliasPattern = Pattern.each(of: "a-zA-Z0-9:/_-", text: "^[a-zA-Z0-9:/_-]+$")
    static let aliasName = Shape.string(1...256, aliasPattern)
    static let marker = Shape.string(1...1024)
    static let limit = Shape.integer(1...1000)

    /// AWS shares one rate among the symmetric cryptographic operations; the others have small rates of their own.
    static let cryptographic = Quota("kms-cryptographic", 10_000)

    static func arn(_ id: Text, in place: Place) -> Text { "arn:aws:kms:\(place.region):\(place.account):key/\(id)" }
    static func aliasARN(_ name: Text, in place: Place) -> Text {
        "arn:aws:kms:\(place.region):\(place.account):\(name)"
    }
}

/// The encryption context, in the one order that is bound into ciphertexts.
package struct EncryptionContext: Sendable, Equatable {
    let pairs: [(key: Text, value: Text)]

    package init(_ pairs: [(Text, Text)]) { self.pairs = pairs.sorted { $0.0 < $1.0 }.map { (key: $0.0, value: $0.1) } }

    /// For pairs that are in order already.
    init(sorted pairs: [(key: Text, value: Text)]) { self.pairs = pairs }

    init(_ fields: Fields?) {
        self.init(
            (fields?.members ?? []).compactMap { member in
                if case .string(let value) = member.value { (member.name, value) } else { nil }
            }
        )
    }

    var fields: Fields { Fields(pairs.map { Fields.Member(name: $0.key, value: .string($0.value)) }) }
    var parts: [Text] { pairs.flatMap { [$0.key, $0.value] } }

    package static func == (a: EncryptionContext, b: EncryptionContext) -> Bool { a.parts == b.parts }
}
