import Bytes

extension Structure {
    /// `prefix` is empty or ends in a dot.
    func read(form: Form, under prefix: Text, isSensitive: Bool) throws(Fault) -> Fields {
        var read = Fields()
        for member in members {
            let name: Text = prefix.isEmpty ? member.name : "\(prefix)\(member.name)"
            let value = try member.shape.read(form: form, at: name, isSensitive: isSensitive || member.isSensitive)
            if let value { read.add(member.name, value) }
        }
        return read
    }
}

extension Shape {
    /// `nil` where the form has no such parameter.
    fileprivate func read(form: Form, at name: Text, isSensitive: Bool) throws(Fault) -> Document? {
        switch self {
        case .list(let element, _): return try Self.list(of: element, form, name, isSensitive)
        case .map(_, let value, _): return try Self.map(to: value, form, name, isSensitive)
        case .structure(let structure):
            guard form.hasNames(under: "\(name).") else { return nil }
            return .structure(try structure.read(form: form, under: "\(name).", isSensitive: isSensitive))
        default:
            guard let text = form[name] else { return nil }
            return try scalar(text, isSensitive: isSensitive)
        }
    }

    private func scalar(_ text: Text, isSensitive: Bool) throws(Fault) -> Document {
        switch self {
        case .string: return text.document(isSensitive: isSensitive)
        case .blob: return try text.blob(isSensitive: isSensitive)
        case .boolean:
            if text == "true" { return .bool(true) }
            if text == "false" { return .bool(false) }
        case .integer:
            // The JSON grammar is stricter than `Int64.init` and shared with the other protocols.
            if case .integer(let value)? = try? JSON.parse(text.bytes) { return .integer(value) }
        case .double:
            switch try? JSON.parse(text.bytes) {
            case .integer(let value): return .number(Double(value))
            case .number(let value): return .number(value)
            default: break
            }
        case .timestamp:
            if let time = Timestamp(iso8601: text) { return .timestamp(time) }
        case .list, .map, .structure: break
        }
        throw .serialization
    }

    /// `Name.member.1`, `Name.member.2`; an empty list is sent as `Name=`.
    private static func list(
        of element: Shape, _ form: Form, _ name: Text, _ isSensitive: Bool
    ) throws(Fault) -> Document? {
        var items: [Document] = []
        for number in form.numbers(under: "\(name).member.") {
            let item = try element.read(form: form, at: "\(name).member.\(number)", isSensitive: isSensitive)
            if let item { items.append(item) }
        }
        if items.isEmpty, form[name] != "" { return nil }
        return .list(items)
    }

    /// `Name.entry.1.key`, `Name.entry.1.value`.
    private static func map(
        to value: Shape, _ form: Form, _ name: Text, _ isSensitive: Bool
    ) throws(Fault) -> Document? {
        var entries = Fields()
        var seen: Set<Text> = []
        for number in form.numbers(under: "\(name).entry.") {
            guard let key = form["\(name).entry.\(number).key"], seen.insert(key).inserted,
                let value = try value.read(form: form, at: "\(name).entry.\(number).value", isSensitive: isSensitive)
            else { throw .serialization }
            entries.add(key, value)
        }
        if entries.isEmpty, form[name] != "" { return nil }
        return .structure(entries)
    }
}
