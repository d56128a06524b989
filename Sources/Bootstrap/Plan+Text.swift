internal import Bytes

extension Plan {
    /// For people: what is made, what is changed and in which members, in one block for each account.
    package func text(for manifest: Manifest) -> String {
        var lines: [String] = []
        for (section, _) in manifest.sections {
            let here = changes.filter { $0.section == section }
            guard !here.isEmpty else { continue }
            lines.append(title(section))
            for change in here {
                lines.append("  \(change.isCreation ? "+" : "~") \(Self.printable(change.subject))")
                for detail in change.details { lines.append("      \(Self.printable(detail))") }
            }
            lines.append("")
        }
        for note in notes { lines.append("Note: \(Self.printable(note))") }
        if !notes.isEmpty { lines.append("") }
        lines.append(summary)
        return lines.joined(separator: "\n")
    }

    package var summary: String {
        let created = changes.count(where: \.isCreation)
        return changes.isEmpty
            ? "Nothing to do: \(unchanged) as the file says."
            : "Plan: \(created) to create, \(changes.count - created) to change, \(unchanged) as the file says."
    }

    private func title(_ section: Section) -> String {
        let id = bindings[.account(section)]?.string
        return switch section {
        case .caller: "This account (\(id ?? "?"))"
        case .account(let name): "Account \(Self.printable(name)) (\(id ?? "to be created"))"
        }
    }

    /// What comes from a server or a file must not command the terminal.
    private static func printable(_ text: Text) -> String {
        String(
            text.string.unicodeScalars.map { $0.properties.generalCategory == .control ? "\u{FFFD}" : Character($0) })
    }
}
