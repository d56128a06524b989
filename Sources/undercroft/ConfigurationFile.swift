import Bootstrap
import Bytes
import Yams

/// A configuration file: YAML, a mapping from setting names to values.
struct ConfigurationFile: Sendable {
    struct Entry: Sendable {
        let name: String
        let value: String
        let line: Int
    }
    struct Mistake: Error, Sendable, CustomStringConvertible {
        let file: String
        let line: Int
        let reason: String

        var description: String { "\(file):\(line): \(reason)" }
    }

    let path: String
    private(set) var entries: [Entry] = []
    private(set) var mistakes: [Mistake] = []

    init(path: String, text: String) {
        self.path = path
        do {
            guard let root = try compose(yaml: text) else { return }
            guard let mapping = root.mapping else {
                mistakes.append(
                    Mistake(file: path, line: root.mark?.line ?? 1, reason: "the file must be a mapping of settings"))
                return
            }
            for (key, value) in mapping { read(key, value, prefix: "") }
        } catch {
            mistakes.append(
                Mistake(file: path, line: (error as? YamlError)?.line ?? 1, reason: "this is not YAML: \(error)"))
        }
    }

    private mutating func read(_ key: Node, _ value: Node, prefix: String) {
        let line = key.mark?.line ?? 1
        guard let name = key.string else {
            mistakes.append(Mistake(file: path, line: line, reason: "a setting's name must be text"))
            return
        }
        // `quota:` is the one setting with settings of its own.
        if let mapping = value.mapping, prefix.isEmpty, name == "quota" {
            for (inner, innerValue) in mapping { read(inner, innerValue, prefix: "quota.") }
        } else if let list = value.sequence {
            entries.append(
                Entry(name: prefix + name, value: list.compactMap(\.string).joined(separator: ","), line: line))
        } else if let text = value.scalar?.string {
            entries.append(Entry(name: prefix + name, value: text, line: line))
        } else {
            mistakes.append(Mistake(file: path, line: line, reason: "'\(name)' must be a plain value or a list"))
        }
    }

    /// Applies what is right and collects what is not.
    mutating func apply(to settings: inout Settings) {
        for entry in entries {
            do { try Setting.apply(entry.name, entry.value, to: &settings) } catch {
                mistakes.append(Mistake(file: path, line: entry.line, reason: "\(entry.name): \(error.reason)"))
            }
        }
    }
}
