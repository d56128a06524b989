package import Bytes

/// What statements say about a service as a whole, whatever resources and conditions say: what reports on services ask.
extension PolicyDocument {
    /// Whether a statement allows something of the service.
    package func grants(_ service: Text) -> Bool {
        statements.contains { $0.effect == .allow && $0.coversSome(of: service) }
    }

    /// Whether a statement denies all of the service, everywhere and always.
    package func forbids(_ service: Text) -> Bool {
        statements.contains { statement in
            statement.effect == .deny && statement.coversAll(of: service) && statement.conditions.isEmpty
                && !statement.isNotResource && statement.resources.contains("*")
        }
    }
}

extension Statement {
    func coversSome(of service: Text) -> Bool {
        isNotAction
            ? !actions.contains { Self.isAll($0, of: service) } : actions.contains { Self.isSome($0, of: service) }
    }

    func coversAll(of service: Text) -> Bool {
        isNotAction
            ? !actions.contains { Self.isSome($0, of: service) } : actions.contains { Self.isAll($0, of: service) }
    }

    private static func isSome(_ action: Text, of service: Text) -> Bool {
        let prefix = action.split(on: 0x3A, limit: 2)[0]
        return Glob(wild: prefix.asciiLowercased.utf8).matches(service.asciiLowercased.bytes.span)
    }

    private static func isAll(_ action: Text, of service: Text) -> Bool {
        isSome(action, of: service) && (action.split(on: 0x3A, limit: 2).last ?? "").utf8.allSatisfy { $0 == 0x2A }
    }
}
