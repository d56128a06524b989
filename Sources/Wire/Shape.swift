package import Bytes

/// The part of an API model that decides about a request: types, constraints, and what is sensitive.
///
/// One description serves every protocol (what to read), the `ValidationException` texts (what to refuse) and the trail
/// (what to redact). Lengths and ranges are those of the service models in `botocore`.
package indirect enum Shape: Sendable {
    case string(TextRule)
    case integer(ClosedRange<Int64>)
    case double
    case boolean
    case timestamp
    /// Length in bytes after base64 decoding.
    case blob(ClosedRange<Int>)
    case list(Shape, ClosedRange<Int>)
    case map(key: Shape, value: Shape, ClosedRange<Int>)
    case structure(Structure)

    package static func string(_ length: ClosedRange<Int> = 0...Int.max, _ pattern: Pattern? = nil) -> Shape {
        .string(TextRule(length: length, pattern: pattern, values: nil))
    }
    package static func oneOf(_ values: Text...) -> Shape {
        .string(TextRule(length: 0...Int.max, pattern: nil, values: values))
    }
    package static let blob = Shape.blob(0...Int.max)
    package static let integer = Shape.integer(Int64.min...Int64.max)
    package static func list(_ element: Shape) -> Shape { .list(element, 0...Int.max) }
}

/// Length in code points, pattern, enumeration.
package struct TextRule: Sendable {
    package var length: ClosedRange<Int>
    package var pattern: Pattern?
    package var values: [Text]?

    package init(length: ClosedRange<Int>, pattern: Pattern?, values: [Text]?) {
        self.length = length
        self.pattern = pattern
        self.values = values
    }
}

/// A model's regular expression as AWS prints it, with a hand-written matcher: no regular expression engine ever sees what
/// a caller sent.
package struct Pattern: Sendable {
    package let text: Text
    package let matches: @Sendable (Text) -> Bool

    package init(_ text: Text, _ matches: @escaping @Sendable (Text) -> Bool) {
        self.text = text
        self.matches = matches
    }
}

package struct Structure: Sendable, ExpressibleByArrayLiteral {
    package let members: [ShapeMember]

    package init(_ members: [ShapeMember] = []) { self.members = members }
    package init(arrayLiteral elements: ShapeMember...) { members = elements }
}

package struct ShapeMember: Sendable {
    package let name: Text
    /// The name in constraint texts and in the trail: `SecretId` → `secretId`, `ARN` → `arn`.
    package let camelName: Text
    package let shape: Shape
    package let isRequired: Bool
    /// Read as ``Document/secret(_:)``, never echoed in a text, never recorded.
    package let isSensitive: Bool

    package static func required(_ name: Text, _ shape: Shape, sensitive: Bool = false) -> ShapeMember {
        ShapeMember(name: name, shape: shape, isRequired: true, isSensitive: sensitive)
    }
    package static func optional(_ name: Text, _ shape: Shape, sensitive: Bool = false) -> ShapeMember {
        ShapeMember(name: name, shape: shape, isRequired: false, isSensitive: sensitive)
    }

    private init(name: Text, shape: Shape, isRequired: Bool, isSensitive: Bool) {
        self.name = name
        self.shape = shape
        self.isRequired = isRequired
        self.isSensitive = isSensitive
        camelName = Self.camel(name)
    }

    package static func camel(_ name: Text) -> Text {
        let isAcronym = name.utf8.allSatisfy { $0 >= 0x41 && $0 <= 0x5A }
        if isAcronym { return name.asciiLowercased }
        guard let first = name.utf8.first else { return name }
        let head = Text(String(decoding: CollectionOfOne(first), as: UTF8.self)).asciiLowercased
        return Text(head.string + String(Substring(name.string.utf8.dropFirst())))
    }
}
