import Bytes

/// A text or a list of texts, as most elements of a policy are.
struct Texts {
    let texts: [Text]
    let element: Text
    let isList: Bool

    /// - Parameter allowsScalars: whether JSON numbers and booleans stand for their text (values of conditions).
    init(_ document: Document, element: Text, allowsScalars: Bool) throws(MalformedPolicy) {
        self.element = element
        guard case .list(let items) = document else {
            isList = false
            guard let text = Texts.text(document, allowsScalars) else {
                throw MalformedPolicy("not a text", path: element)
            }
            texts = [text]
            return
        }
        isList = true
        guard !items.isEmpty else { throw MalformedPolicy("empty", path: element) }
        var all: [Text] = []
        for (index, item) in items.enumerated() {
            guard let text = Texts.text(item, allowsScalars) else {
                throw MalformedPolicy("not a text", path: "\(element.string)[\(index)]")
            }
            all.append(text)
        }
        texts = all
    }

    private static func text(_ document: Document, _ allowsScalars: Bool) -> Text? {
        switch document {
        case .string(let text): text
        case .bool(let value): allowsScalars ? (value ? "true" : "false") : nil
        case .integer(let value): allowsScalars ? Text(String(value)) : nil
        case .number(let value): allowsScalars ? Text("\(value)") : nil
        default: nil
        }
    }

    func map<T>(_ make: (Text) throws(MalformedPolicy) -> T) throws(MalformedPolicy) -> [T] {
        var out: [T] = []
        for (index, text) in texts.enumerated() {
            let made = try within(isList ? "\(element.string)[\(index)]" : element) { () throws(MalformedPolicy) in
                try make(text)
            }
            out.append(made)
        }
        return out
    }
}

extension Fields {
    /// Unlike the subscript, an explicit null is a member: it has the wrong type everywhere in a policy.
    func member(_ name: Text) -> Document? { members.first { $0.name == name }?.value }

    func allow(only names: Set<Text>) throws(MalformedPolicy) {
        for member in members where !names.contains(member.name) {
            throw MalformedPolicy("an unknown element", path: member.name)
        }
    }

    func optionalText(_ name: Text) throws(MalformedPolicy) -> Text? {
        guard let value = member(name) else { return nil }
        guard case .string(let text) = value else { throw MalformedPolicy("not a text", path: name) }
        return text
    }

    func requiredText(_ name: Text, orElse fallback: Text? = nil) throws(MalformedPolicy) -> Text {
        if let text = try optionalText(name) { return text }
        guard let fallback else { throw MalformedPolicy("required", path: name) }
        return fallback
    }
}

enum PrincipalParser {
    static func elements(_ document: Document) throws(MalformedPolicy) -> [PrincipalElement] {
        switch document {
        case .string("*"): return [.everyone]
        case .string: throw MalformedPolicy("a text other than \"*\"", kind: .principal)
        case .structure(let fields):
            guard !fields.isEmpty else { throw MalformedPolicy("empty", kind: .principal) }
            var out: [PrincipalElement] = []
            for member in fields.members { out += try elements(under: member) }
            return out
        default: throw MalformedPolicy("neither \"*\" nor an object", kind: .principal)
        }
    }

    private static func elements(under member: Fields.Member) throws(MalformedPolicy) -> [PrincipalElement] {
        let make: (Text) throws(MalformedPolicy) -> PrincipalElement
        switch member.name {
        case "AWS": make = { (text) throws(MalformedPolicy) in try PrincipalElement(aws: text) }
        case "Service": make = { (text) throws(MalformedPolicy) in try PrincipalElement(service: text) }
        case "Federated": make = { (text) throws(MalformedPolicy) in try PrincipalElement(federated: text) }
        case "CanonicalUser": make = { (text) throws(MalformedPolicy) in try PrincipalElement(canonicalUser: text) }
        default: throw MalformedPolicy("an unknown kind of principal", kind: .principal, path: member.name)
        }
        return try Texts(member.value, element: member.name, allowsScalars: false).map(make)
    }
}

struct ConditionParser {
    let variables: Bool

    func conditions(_ fields: Fields) throws(MalformedPolicy) -> [Condition] {
        guard let value = fields.member("Condition") else { return [] }
        return try within("Condition") { () throws(MalformedPolicy) in
            guard case .structure(let operators) = value else { throw MalformedPolicy("not an object") }
            var out: [Condition] = []
            for member in operators.members {
                out += try within(member.name) { () throws(MalformedPolicy) in try conditions(under: member) }
            }
            return out
        }
    }

    private func conditions(under member: Fields.Member) throws(MalformedPolicy) -> [Condition] {
        let operation = try ConditionOperator(member.name)
        guard case .structure(let keys) = member.value, !keys.isEmpty else {
            throw MalformedPolicy("not an object with keys")
        }
        var out: [Condition] = []
        for key in keys.members {
            let values = try Texts(key.value, element: key.name, allowsScalars: true)
            guard key.name.utf8.contains(0x3A) else {
                throw MalformedPolicy("a key without the prefix of its service", path: key.name)
            }
            out.append(
                try Condition(operatorName: member.name, operation: operation, values: values, variables: variables)
            )
        }
        return out
    }
}
