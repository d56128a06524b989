internal import Bytes
internal import Seal

/// A piece of a statement.
enum SQLPart: ExpressibleByStringLiteral {
    case plain([UInt8])
    /// Becomes a string literal.
    case quoted(Text)
    case secret(SecretBytes)

    init(stringLiteral value: String) { self = .plain(Array(value.utf8)) }
}
