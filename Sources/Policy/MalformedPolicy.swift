package import Bytes

/// Why a text is not a policy, and where. Never quotes the text.
package struct MalformedPolicy: Error, Sendable, Equatable {
    /// What kind of refusal AWS would word differently (Secrets Manager has three texts).
    package enum Kind: Sendable, Equatable {
        case syntax
        case principal
        case servicePrincipal
    }

    package let kind: Kind
    package let reason: Text
    /// `Statement[1].Condition.StringEquals`; `byte 17` where the text is not even JSON; empty for the document itself.
    package let path: Text

    package init(_ reason: Text, kind: Kind = .syntax, path: Text = "") {
        self.reason = reason
        self.kind = kind
        self.path = path
    }

    /// The same refusal, seen from one level further out.
    func within(_ step: Text) -> MalformedPolicy {
        let joint = path.isEmpty || path.hasPrefix("[") ? "" : "."
        return MalformedPolicy(reason, kind: kind, path: "\(step.string)\(joint)\(path.string)")
    }
}

/// Runs `body`, naming `step` in the path of what it throws. The name is made only when needed.
func within<T>(
    _ step: @autoclosure () -> Text, _ body: () throws(MalformedPolicy) -> T
) throws(MalformedPolicy) -> T {
    do {
        return try body()
    } catch {
        throw error.within(step())
    }
}
