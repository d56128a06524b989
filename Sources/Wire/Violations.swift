package import Bytes

extension Structure {
    /// What AWS says about each constraint that `fields`, as ``Invocation/read(_:)`` gave them, does not meet; empty when all
    /// are met. In the order of the model.
    package func violations(in fields: Fields) -> [Text] {
        var check = ConstraintCheck()
        check.structure(self, fields, isSensitive: false)
        return check.violations
    }
}

private struct ConstraintCheck {
    private(set) var violations: [Text] = []
    private var path: [Text] = []

    /// A request can break a constraint as often as it has values; the answer stays readable.
    private static let limit = 100

    mutating func structure(_ structure: Structure, _ fields: Fields, isSensitive: Bool) {
        let all = structure.members.span
        for index in all.indices {
            let value = fields[all[index].name]
            guard value != nil || all[index].isRequired else { continue }
            path.append(all[index].camelName)
            check(all[index].shape, value ?? .null, isSensitive: isSensitive || all[index].isSensitive)
            path.removeLast()
        }
    }

    private mutating func check(_ shape: Shape, _ value: Document, isSensitive: Bool) {
        let broken = shape.brokenConstraints(by: value)
        for constraint in broken { report(value, isSensitive: isSensitive, constraint) }
        switch (shape, value) {
        case (.list(let element, let range), .list(let items)) where items.count <= range.upperBound:
            for (position, item) in items.enumerated() {
                path.append("\(position + 1).member")
                check(element, item, isSensitive: isSensitive)
                path.removeLast()
            }
        case (.map(let key, let element, let range), .structure(let entries))
        where entries.members.count <= range.upperBound:
            for entry in entries.members {
                mapEntry(entry, key, element, of: value, isSensitive: isSensitive)
            }
        case (.structure(let structure), .structure(let fields)):
            self.structure(structure, fields, isSensitive: isSensitive)
        default: break
        }
    }

    /// What a key or a plain value breaks is said of the whole map: neither has a name of its own.
    private mutating func mapEntry(
        _ entry: Fields.Member, _ key: Shape, _ element: Shape, of map: Document, isSensitive: Bool
    ) {
        let keys = key.brokenConstraints(by: .string(entry.name))
        if !keys.isEmpty {
            report(map, isSensitive: isSensitive, "Map keys must satisfy constraint: [\(keys.joined())]")
        }
        switch element {
        case .structure, .list, .map:
            path.append("\(entry.name).member")
            check(element, entry.value, isSensitive: isSensitive)
            path.removeLast()
        default:
            let values = element.brokenConstraints(by: entry.value)
            guard !values.isEmpty else { return }
            report(map, isSensitive: isSensitive, "Map value must satisfy constraint: [\(values.joined())]")
        }
    }

    private mutating func report(_ value: Document, isSensitive: Bool, _ constraint: Text) {
        guard violations.count < Self.limit else { return }
        let name = path.map(\.string).joined(separator: ".")
        let subject =
            if case .null = value {
                "Value null"
            } else if let quotable = isSensitive ? nil : value.quotable {
                "Value '\(quotable)'"
            } else {
                "Value"
            }
        violations.append("\(subject) at '\(name)' failed to satisfy constraint: \(constraint)")
    }
}

extension Shape {
    /// Of this value itself, not of what it contains.
    fileprivate func brokenConstraints(by value: Document) -> [Text] {
        switch (self, value) {
        case (_, .null): return ["Member must not be null"]
        case (.string(let rule), .string(let text)): return rule.brokenConstraints(by: text)
        case (.string(let rule), .secret(let secret)) where rule.pattern == nil && rule.values == nil:
            // Code points, without a copy of the secret.
            return Self.outside(rule.length, secret.bytes.count { $0 & 0xC0 != 0x80 }, "length")
        case (.string(let rule), .secret(let secret)):
            return rule.brokenConstraints(by: Text(utf8: secret.bytes) ?? "")
        case (.integer(let range), .integer(let number)): return Self.outside(range, number, "value")
        case (.blob(let range), .blob(let data)): return Self.outside(range, data.count, "length")
        case (.blob(let range), .secret(let secret)): return Self.outside(range, secret.bytes.count, "length")
        case (.list(_, let range), .list(let items)): return Self.outside(range, items.count, "length")
        case (.map(_, _, let range), .structure(let entries)):
            return Self.outside(range, entries.members.count, "length")
        default: return []
        }
    }

    fileprivate static func outside<Number: BinaryInteger>(
        _ range: ClosedRange<Number>, _ number: Number, _ quantity: Text
    ) -> [Text] {
        if number > range.upperBound {
            return ["Member must have \(quantity) less than or equal to \(range.upperBound)"]
        }
        if number < range.lowerBound {
            return ["Member must have \(quantity) greater than or equal to \(range.lowerBound)"]
        }
        return []
    }
}

extension TextRule {
    fileprivate func brokenConstraints(by text: Text) -> [Text] {
        var broken = Shape.outside(length, text.length, "length")
        if let pattern, !pattern.matches(text) {
            broken.append("Member must satisfy regular expression pattern: \(pattern.text)")
        }
        if let values, !values.contains(text) {
            broken.append("Member must satisfy enum value set: [\(values.joined())]")
        }
        return broken
    }
}

extension [Text] {
    fileprivate func joined() -> Text { Text(map(\.string).joined(separator: ", ")) }
}

extension Document {
    /// As Java prints it; `nil` for what is left out of a text: secrets, blobs, structures (their Java class name is not
    /// known here) and what is too long to be read.
    fileprivate var quotable: String? {
        let text: String? =
            switch self {
            case .string(let value): value.string
            case .integer(let value): "\(value)"
            case .bool(let value): "\(value)"
            case .list(let items): Self.joined(items.lazy.map(\.quotable)).map { "[\($0)]" }
            default: nil
            }
        guard let text, text.utf8.count <= 1024 else { return nil }
        return text
    }

    private static func joined(_ parts: some Sequence<String?>) -> String? {
        var out = ""
        for part in parts {
            guard let part, out.utf8.count <= 1024 else { return nil }
            if !out.isEmpty { out += ", " }
            out += part
        }
        return out
    }
}
