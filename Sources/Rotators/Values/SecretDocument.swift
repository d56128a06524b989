internal import Bytes
internal import Seal
internal import Services

/// A secret's value that is a JSON object. Members that a rotator does not know stay as they are, in their order.
struct SecretDocument {
    private(set) var fields: Fields
    private let label: Stage

    init(_ value: SecretBytes, _ label: Stage) throws(RotationFailure) {
        var bytes = value.revealBytes()
        defer { Wipe.wipe(&bytes) }
        guard case .structure(let fields)? = try? JSON.parse(bytes) else {
            throw RotationFailure("InvalidSecret", "The \(label.words) value of the secret is not a JSON object.")
        }
        self.fields = fields
        self.label = label
    }

    var encoded: SecretBytes {
        var builder = ByteBuilder()
        builder.append(json: fields)
        return SecretBytes(taking: &builder.bytes)
    }

    mutating func replace(_ name: Text, _ text: Text) throws(RotationFailure) {
        guard let index = fields.members.firstIndex(where: { $0.name == name }) else { throw lacks(name) }
        fields.members[index].value = .string(text)
    }

    mutating func replace(_ name: Text, _ secret: SecretBytes) throws(RotationFailure) {
        try replace(name, Text(String(decoding: secret.revealBytes(), as: UTF8.self)))
    }

    func without(_ names: Text...) -> Fields { Fields(fields.members.filter { !names.contains($0.name) }) }

    /// A member that can go to a driver: its strings end at a NUL.
    func text(_ name: Text) throws(RotationFailure) -> Text? {
        switch fields[name] {
        case nil: return nil
        case .string(let text)? where !text.utf8.contains(0): return text
        default: throw invalid(name, "is not text, or holds the character NUL")
        }
    }

    func required(_ name: Text) throws(RotationFailure) -> Text {
        guard let text = try text(name), !text.isEmpty else { throw lacks(name) }
        return text
    }

    func invalid(_ name: Text, _ flaw: String) -> RotationFailure {
        RotationFailure("InvalidSecret", "\"\(name)\" in the \(label.words) value of the secret \(flaw).")
    }

    private func lacks(_ name: Text) -> RotationFailure {
        RotationFailure("InvalidSecret", "The \(label.words) value of the secret has no \"\(name)\".")
    }
}

/// Which value is meant.
enum Stage: Text, Sendable {
    case pending = "AWSPENDING"
    case current = "AWSCURRENT"
    case previous = "AWSPREVIOUS"
    case master

    var words: String {
        switch self {
        case .pending: "pending"
        case .current: "current"
        case .previous: "previous"
        case .master: "master user's"
        }
    }
}
