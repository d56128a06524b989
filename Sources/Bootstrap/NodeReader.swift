internal import Bytes
internal import Yams

/// Takes YAML apart member by member, and collects all that is wrong instead of stopping at the first.
struct NodeReader {
    private(set) var mistakes: [Mistake] = []

    /// The members of one mapping. Reading a member takes it out, and what is left in the end was not known.
    struct Members {
        let line: Int
        /// How messages call the mapping: "a role".
        let what: String
        let nodes: [Text: (node: Node, line: Int)]
    }

    mutating func refuse(_ line: Int, _ reason: String) { mistakes.append(Mistake(line: line, reason: reason)) }

    static func line(of node: Node, orElse line: Int = 1) -> Int { node.mark?.line ?? line }

    mutating func members(of node: Node, what: String, known: [Text], parent: Int = 1) -> Members? {
        let line = Self.line(of: node, orElse: parent)
        guard let mapping = node.mapping else {
            refuse(line, "\(what) must be a mapping of members, such as '\(known[0]): …'")
            return nil
        }
        var nodes: [Text: (node: Node, line: Int)] = [:]
        for (key, value) in mapping {
            let keyLine = Self.line(of: key, orElse: line)
            guard let name = key.scalar.map({ Text($0.string) }), known.contains(name) else {
                let shown = key.scalar?.string ?? "?"
                refuse(
                    keyLine, "\(what) has no member '\(shown)'; it has \(known.map(\.string).joined(separator: ", "))")
                continue
            }
            nodes[name] = (value, keyLine)
        }
        return Members(line: line, what: what, nodes: nodes)
    }

    /// A member that has a value. An empty one could mean anything, so it is asked about.
    private mutating func value(_ name: Text, _ members: Members) -> (node: Node, line: Int)? {
        guard let found = members.nodes[name] else { return nil }
        if Self.isNull(found.node) {
            refuse(
                found.line,
                "'\(name)' has no value: leave it out to leave it as it is, or write [], {} or \"\" to empty it")
            return nil
        }
        return found
    }

    private static func isNull(_ node: Node) -> Bool {
        guard let scalar = node.scalar, scalar.style == .plain || scalar.style == .any else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }

    private mutating func text(_ node: Node, _ name: Text, _ line: Int) -> Text? {
        guard let scalar = node.scalar, !Self.isNull(node) else {
            refuse(Self.line(of: node, orElse: line), "'\(name)' must be text")
            return nil
        }
        return Text(scalar.string)
    }

    mutating func text(_ name: Text, _ members: Members) -> Text? {
        guard let (node, line) = value(name, members) else { return nil }
        return text(node, name, line)
    }

    /// `nil` with a mistake if it is missing.
    mutating func required(_ name: Text, _ members: Members) -> Text? {
        guard members.nodes[name] != nil else {
            refuse(members.line, "\(members.what) needs '\(name)'")
            return nil
        }
        guard let text = text(name, members) else { return nil }
        guard !text.isEmpty else {
            refuse(members.line, "'\(name)' of \(members.what) is empty")
            return nil
        }
        return text
    }

    mutating func flag(_ name: Text, _ members: Members) -> Bool? {
        guard let text = text(name, members) else { return nil }
        switch text {
        case "true": return true
        case "false": return false
        default:
            refuse(line(name, members), "'\(name)' must be true or false")
            return nil
        }
    }

    mutating func integer(_ name: Text, _ members: Members) -> Int64? {
        guard let text = text(name, members) else { return nil }
        guard let number = Int64(text.string) else {
            refuse(line(name, members), "'\(name)' must be a whole number")
            return nil
        }
        return number
    }

    func line(_ name: Text, _ members: Members) -> Int { members.nodes[name]?.line ?? members.line }

    mutating func texts(_ name: Text, _ members: Members) -> [Text]? {
        guard let items = items(name, members) else { return nil }
        var texts: [Text] = []
        for item in items {
            guard let text = text(item, name, line(name, members)) else { continue }
            if texts.contains(text) {
                refuse(Self.line(of: item), "'\(text)' stands in '\(name)' more than once")
            } else {
                texts.append(text)
            }
        }
        return texts
    }

    mutating func items(_ name: Text, _ members: Members) -> [Node]? {
        guard let (node, line) = value(name, members) else { return nil }
        guard let sequence = node.sequence else {
            refuse(line, "'\(name)' must be a list")
            return nil
        }
        return Array(sequence)
    }

    /// Names and their nodes, of a mapping whose names are the file's own.
    mutating func pairs(_ name: Text, _ members: Members) -> [(name: Text, node: Node, line: Int)]? {
        guard let (node, line) = value(name, members) else { return nil }
        guard let mapping = node.mapping else {
            refuse(line, "'\(name)' must be a mapping from names to values")
            return nil
        }
        return mapping.compactMap { key, value in
            key.scalar.map { (Text($0.string), value, Self.line(of: key, orElse: line)) }
        }
    }

    mutating func tags(_ members: Members) -> Tags? {
        guard let pairs = pairs("tags", members) else { return nil }
        var tags = Tags()
        var seen: Set<Text> = []
        for (key, node, line) in pairs {
            if !seen.insert(key.asciiLowercased).inserted {
                refuse(line, "the tag '\(key)' stands there more than once; case does not tell tags apart")
            }
            tags[key] = text(node, key, line)
        }
        return tags
    }

    /// A policy as YAML, or as a text that holds JSON. Where it is, for those who look into it.
    mutating func document(_ node: Node, _ name: Text, _ line: Int) -> Document? {
        if let scalar = node.scalar {
            do { return try JSON.parse(Array(scalar.string.utf8)) } catch {
                refuse(line, "'\(name)' is text, but no JSON: \(error.reason) at byte \(error.offset)")
                return nil
            }
        }
        return convert(node, line)
    }

    mutating func document(_ name: Text, _ members: Members) -> (document: Document, node: Node, line: Int)? {
        guard let (node, line) = value(name, members) else { return nil }
        return document(node, name, line).map { ($0, node, line) }
    }

    /// Every plain value is text: a version looks like a date to YAML, and is none.
    private mutating func convert(_ node: Node, _ line: Int) -> Document? {
        let line = Self.line(of: node, orElse: line)
        if let mapping = node.mapping {
            var fields = Fields()
            for (key, value) in mapping {
                guard let name = key.scalar?.string else {
                    refuse(line, "a member's name must be text")
                    return nil
                }
                guard let inner = convert(value, line) else { return nil }
                fields.add(Text(name), inner)
            }
            return .structure(fields)
        }
        if let sequence = node.sequence {
            var items: [Document] = []
            for item in sequence {
                guard let inner = convert(item, line) else { return nil }
                items.append(inner)
            }
            return .list(items)
        }
        guard let scalar = node.scalar, !Self.isNull(node) else {
            refuse(line, "a value is missing in a policy")
            return nil
        }
        return .string(Text(scalar.string))
    }

    /// The line of what a path such as `Statement[1].Action` names, as far as it can be followed.
    static func line(of path: Text, in node: Node, orElse line: Int) -> Int {
        var (node, line) = (node, Self.line(of: node, orElse: line))
        var words = path.string.replacing("[", with: ".").replacing("]", with: "").split(separator: ".")[...]
        while let word = words.popFirst() {
            if let sequence = node.sequence, let index = Int(word), sequence.indices.contains(index) {
                node = sequence[index]
            } else if let mapping = node.mapping,
                let (key, value) = mapping.first(where: { $0.key.scalar?.string == String(word) })
            {
                node = value
                line = Self.line(of: key, orElse: line)
                continue
            } else {
                break
            }
            line = Self.line(of: node, orElse: line)
        }
        return line
    }
}
