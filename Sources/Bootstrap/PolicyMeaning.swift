package import Bytes

/// Policy documents compared by what they mean, not by how they are written.
///
/// The same are: one value and a list of one, lists in any order, statements in any order, actions and condition keys in any
/// case, an absent version and `2008-10-17`, an account's id and the ARN of its root as a principal.
package struct PolicyMeaning: Sendable, Equatable {
    private let frame: Text
    private let statements: [Text: Document]

    package init(_ document: Document) {
        guard case .structure(let fields) = document else {
            (frame, statements) = (Self.json(document), [:])
            return
        }
        frame = "\(fields.text("Version") ?? "2008-10-17") \(fields.text("Id") ?? "")"
        let list = fields.list("Statement") ?? fields["Statement"].map { [$0] } ?? []
        statements = Dictionary(list.map { (Self.json(Self.canonical(statement: $0)), $0) }, uniquingKeysWith: { $1 })
    }

    package static func == (a: PolicyMeaning, b: PolicyMeaning) -> Bool {
        a.frame == b.frame && a.statements.count == b.statements.count
            && a.statements.keys.allSatisfy { b.statements[$0] != nil }
    }

    /// One line for each statement that goes and for each that comes; none if the two mean the same.
    package static func difference(from old: PolicyMeaning, to new: PolicyMeaning) -> [Text] {
        let gone = old.statements.filter { new.statements[$0.key] == nil }.sorted { $0.key < $1.key }
        let come = new.statements.filter { old.statements[$0.key] == nil }.sorted { $0.key < $1.key }
        let frame: [Text] = old.frame == new.frame ? [] : ["version or id: \(old.frame) -> \(new.frame)"]
        return frame + gone.map { "- \(json($0.value))" } + come.map { "+ \(json($0.value))" }
    }

    package static func json(_ document: Document) -> Text {
        var out = ByteBuilder()
        out.append(json: document)
        return Text(decoding: out.bytes[...])
    }

    private static func canonical(statement: Document) -> Document {
        guard case .structure(let fields) = statement else { return statement }
        let members = fields.members.compactMap { member -> Fields.Member? in
            switch member.name {
            case "Sid":
                if case .string("") = member.value { return nil }
                return member
            case "Action", "NotAction":
                return Fields.Member(name: member.name, value: set(member.value, \.asciiLowercased))
            case "Resource", "NotResource": return Fields.Member(name: member.name, value: set(member.value))
            case "Principal", "NotPrincipal":
                return Fields.Member(name: member.name, value: canonical(principals: member.value))
            case "Condition": return Fields.Member(name: member.name, value: canonical(conditions: member.value))
            default: return member
            }
        }
        return .structure(Fields(members.sorted { $0.name < $1.name }))
    }

    private static func canonical(principals: Document) -> Document {
        guard case .structure(let kinds) = principals else { return principals }
        return .structure(
            Fields(
                kinds.members.map { kind in
                    Fields.Member(
                        name: kind.name,
                        value: set(kind.value) { AccountID($0).map { "arn:aws:iam::\($0):root" } ?? $0 })
                }.sorted { $0.name < $1.name }))
    }

    private static func canonical(conditions: Document) -> Document {
        guard case .structure(let operators) = conditions else { return conditions }
        return .structure(
            Fields(
                operators.members.map { member in
                    guard case .structure(let keys) = member.value else { return member }
                    let sorted = keys.members.map {
                        Fields.Member(name: $0.name.asciiLowercased, value: set($0.value))
                    }.sorted { $0.name < $1.name }
                    return Fields.Member(name: member.name.asciiLowercased, value: .structure(Fields(sorted)))
                }.sorted { $0.name < $1.name }))
    }

    /// As a sorted list of texts without repetitions.
    private static func set(_ value: Document, _ normal: (Text) -> Text = { $0 }) -> Document {
        let items: [Document] = if case .list(let items) = value { items } else { [value] }
        let texts = items.map { item -> Text in if case .string(let text) = item { text } else { json(item) } }
        return .list(Set(texts.map(normal)).sorted().map { .string($0) })
    }
}
