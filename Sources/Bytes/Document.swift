/// A value of the AWS data model, between a protocol's bytes and an operation's own types.
///
/// A JSON parser yields only `null … string`, `list` and `structure`; the other cases appear once a shape has been
/// applied. `secret` is what a shape calls sensitive: it has no printable form.
package enum Document: Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(Text)
    case blob([UInt8])
    case secret(SensitiveBytes)
    case timestamp(Timestamp)
    case list([Document])
    case structure(Fields)
}

/// Bytes on their way into or out of a sealed value. Prints as a placeholder.
package struct SensitiveBytes: Sendable, CustomStringConvertible, CustomReflectable {
    package var bytes: [UInt8]
    /// A sensitive `string` shape is written as text, a sensitive `blob` shape as base64.
    package var isText: Bool

    package init(_ bytes: [UInt8], isText: Bool) {
        self.bytes = bytes
        self.isText = isText
    }

    package var description: String { "‹sensitive›" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// Milliseconds since 1970-01-01T00:00:00Z, the resolution of AWS's JSON timestamps.
package struct Timestamp: Sendable, Hashable, Comparable {
    package var milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }
    package init(seconds: Int64) { milliseconds = seconds * 1000 }

    package var seconds: Int64 { (milliseconds - (milliseconds % 1000 + 1000) % 1000) / 1000 }
    /// Midnight UTC of this moment's day.
    package var day: Timestamp {
        let length: Int64 = 86_400_000
        return Timestamp(milliseconds: milliseconds - (milliseconds % length + length) % length)
    }
    package static func < (a: Timestamp, b: Timestamp) -> Bool { a.milliseconds < b.milliseconds }
    package static func + (a: Timestamp, milliseconds: Int64) -> Timestamp {
        Timestamp(milliseconds: a.milliseconds + milliseconds)
    }
}

/// Named members in the order they were written. Lookup is linear: structures of the models are small.
package struct Fields: Sendable, ExpressibleByDictionaryLiteral {
    package struct Member: Sendable {
        package var name: Text
        package var value: Document

        package init(name: Text, value: Document) {
            self.name = name
            self.value = value
        }
    }

    package var members: [Member]

    package init(_ members: [Member] = []) { self.members = members }

    /// Without members yet, with room for so many.
    package init(reserving count: Int) {
        members = []
        members.reserveCapacity(count)
    }

    package init(dictionaryLiteral elements: (Text, Document)...) {
        members = elements.map { Member(name: $0.0, value: $0.1) }
    }

    package var isEmpty: Bool { members.isEmpty }

    /// The first member of that name; `nil` also for an explicit null, which AWS treats as absent.
    package subscript(name: Text) -> Document? {
        // A span borrows: a loop over the array would retain each member's name and value.
        let all = members.span
        let wanted = name.string.utf8.span
        for index in all.indices where all[index].name.string.utf8.span.isSame(as: wanted) {
            if case .null = all[index].value { return nil }
            return all[index].value
        }
        return nil
    }

    package mutating func add(_ name: Text, _ value: Document) { members.append(Member(name: name, value: value)) }

    // Absent values are left out: AWS omits members without a value.
    package mutating func add(_ name: Text, _ value: Text?) { if let value { add(name, .string(value)) } }
    package mutating func add(_ name: Text, _ value: Bool?) { if let value { add(name, .bool(value)) } }
    package mutating func add(_ name: Text, _ value: Int64?) { if let value { add(name, .integer(value)) } }
    package mutating func add(_ name: Text, _ value: Timestamp?) { if let value { add(name, .timestamp(value)) } }

    package func text(_ name: Text) -> Text? { if case .string(let value)? = self[name] { value } else { nil } }
    package func bool(_ name: Text) -> Bool? { if case .bool(let value)? = self[name] { value } else { nil } }
    package func integer(_ name: Text) -> Int64? { if case .integer(let value)? = self[name] { value } else { nil } }
    package func blob(_ name: Text) -> [UInt8]? { if case .blob(let value)? = self[name] { value } else { nil } }
    package func secret(_ name: Text) -> SensitiveBytes? {
        if case .secret(let value)? = self[name] { value } else { nil }
    }
    package func timestamp(_ name: Text) -> Timestamp? {
        if case .timestamp(let value)? = self[name] { value } else { nil }
    }
    package func list(_ name: Text) -> [Document]? { if case .list(let value)? = self[name] { value } else { nil } }
    package func fields(_ name: Text) -> Fields? { if case .structure(let value)? = self[name] { value } else { nil } }
    package func texts(_ name: Text) -> [Text]? {
        list(name)?.compactMap { if case .string(let value) = $0 { value } else { nil } }
    }
}

extension Document: ExpressibleByStringLiteral {
    package init(stringLiteral value: String) { self = .string(Text(value)) }
}
