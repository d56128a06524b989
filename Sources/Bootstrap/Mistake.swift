package import Yams

/// Something in a file that can't be right.
package struct Mistake: Error, Sendable, Equatable {
    package let line: Int
    package let reason: String

    package init(line: Int, reason: String) { (self.line, self.reason) = (line, reason) }
}

extension YamlError {
    /// Where the text stopped being YAML; the first line if it is not known.
    package var line: Int {
        switch self {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): mark.line
        case .duplicatedKeysInMapping(_, let context): context.mark.line
        default: 1
        }
    }

    /// Without the lines of the file around it, which could be long.
    var reason: String {
        switch self {
        case .scanner(_, let problem, _, _), .parser(_, let problem, _, _), .composer(_, let problem, _, _):
            "this is not YAML: \(problem)"
        case .duplicatedKeysInMapping(let duplicates, _):
            "\(duplicates.map { "'\($0)'" }.sorted().joined(separator: ", ")) stands there more than once"
        default: "this is not YAML: \(self)"
        }
    }
}
