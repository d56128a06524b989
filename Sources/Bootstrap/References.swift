package import Bytes

/// What a text of the file may stand for before it is known: `${account.team-a}`, `${key.app}`.
package enum Reference: Sendable, Hashable {
    /// The id of an account.
    case account(Section)
    /// The ARN of the key that an alias of the account names.
    case key(Section, Text)
    /// The ARN of a managed policy.
    case policy(Section, Text)
    /// Ids in the organization.
    case root
    case unit(Text)
    case controlPolicy(Text)
}

/// What is known of the references so far: by looking at the server, and then by each step.
package struct Bindings: Sendable {
    private var values: [Reference: Text] = [:]

    package init() {}

    package subscript(reference: Reference) -> Text? {
        get { values[reference] }
        set { values[reference] = newValue }
    }

    /// The text with every reference replaced that is known; the others keep their place, in a spelling that does not depend
    /// on the section.
    package func resolve(_ text: Text, in section: Section) -> Text {
        guard text.string.contains("${") else { return text }
        return Text(
            Template.parts(of: text, in: section).map { part in
                switch part {
                case .plain(let plain): plain
                case .reference(let reference): values[reference]?.string ?? Template.spelling(reference)
                case .unknown(let words): words
                }
            }.joined())
    }

    package func resolve(_ document: Document, in section: Section) -> Document {
        switch document {
        case .string(let text): .string(resolve(text, in: section))
        case .list(let items): .list(items.map { resolve($0, in: section) })
        case .structure(let fields): .structure(resolve(fields, in: section))
        default: document
        }
    }

    /// Names of members are resolved too: condition keys may hold an account.
    package func resolve(_ fields: Fields, in section: Section) -> Fields {
        Fields(
            fields.members.map { member in
                Fields.Member(name: resolve(member.name, in: section), value: resolve(member.value, in: section))
            })
    }
}

package enum Template {
    package enum Part: Sendable, Equatable {
        case plain(String)
        case reference(Reference)
        /// Begins as a reference and is none.
        case unknown(String)
    }

    /// IAM's own variables, as `${aws:username}`, are plain text here.
    package static func parts(of text: Text, in section: Section) -> [Part] {
        var parts: [Part] = []
        var rest = Substring(text.string)
        while let start = rest.firstRange(of: "${") {
            guard let end = rest[start.upperBound...].firstIndex(of: "}") else { break }
            parts.append(.plain(String(rest[..<start.lowerBound])))
            let whole = String(rest[start.lowerBound...end])
            parts.append(part(String(rest[start.upperBound..<end]), whole, section))
            rest = rest[rest.index(after: end)...]
        }
        parts.append(.plain(String(rest)))
        return parts
    }

    private static func part(_ inner: String, _ whole: String, _ section: Section) -> Part {
        let words = inner.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let name = words.count == 2 ? Text(words[1]) : nil
        return switch (words[0], name) {
        case ("account", nil): .reference(.account(section))
        case ("caller-account", nil): .reference(.account(.caller))
        case ("account", let name?): .reference(.account(.account(name)))
        case ("key", let name?): .reference(.key(section, name))
        case ("policy", let name?): .reference(.policy(section, name))
        case ("root", nil): .reference(.root)
        case ("unit", let name?): .reference(.unit(name))
        case ("control-policy", let name?): .reference(.controlPolicy(name))
        case ("caller-account", _), ("root", _), ("key", _), ("policy", _), ("unit", _), ("control-policy", _):
            .unknown(whole)
        default: .plain(whole)
        }
    }

    package static func spelling(_ reference: Reference) -> String {
        switch reference {
        case .account(.caller): "${caller-account}"
        case .account(.account(let name)): "${account.\(name)}"
        case .key(_, let name): "${key.\(name)}"
        case .policy(_, let name): "${policy.\(name)}"
        case .root: "${root}"
        case .unit(let name): "${unit.\(name)}"
        case .controlPolicy(let name): "${control-policy.\(name)}"
        }
    }

    package static func unresolved(in text: Text, _ section: Section) -> [Reference] {
        parts(of: text, in: section).compactMap { if case .reference(let reference) = $0 { reference } else { nil } }
    }
}
