import Bytes

/// Whether a resource policy opens the resource to the world (S3's "meaning of public", which Secrets Manager refers to).
package enum PublicAccess {
    /// True if an Allow is for everyone (`*`, or `NotPrincipal`) and no condition pins it to fixed values of a key that says
    /// where the request comes from. In doubt it is public: wildcards, variables, `…IfExists` and `ForAllValues` (which hold
    /// without the key) never pin.
    package static func isPublic(_ document: PolicyDocument) -> Bool {
        document.statements.contains { statement in
            statement.effect == .allow && statement.principals?.matchesEveryone ?? false
                && !statement.conditions.contains(where: pins)
        }
    }

    private static let sourceKeys: Set<Text> = [
        "aws:sourcearn", "aws:sourceaccount", "aws:sourceowner", "aws:sourceorgid", "aws:sourcevpc", "aws:sourcevpce",
        "aws:principalarn", "aws:principalaccount", "aws:principalorgid", "aws:userid", "kms:calleraccount",
    ]

    private static func pins(_ condition: Condition) -> Bool {
        guard !condition.operation.isNegated, !condition.operation.isIfExists, condition.operation.quantifier != .all
        else {
            return false
        }
        switch condition.operands {
        case .ranges(let ranges): return condition.foldedKey == "aws:sourceip" && ranges.allSatisfy(isNarrow)
        case .patterns, .folded, .arns:
            return sourceKeys.contains(condition.foldedKey) && condition.values.allSatisfy(isFixed)
        case .binaries, .numbers, .dates, .absences: return false
        }
    }

    private static func isFixed(_ value: Text) -> Bool {
        !value.isEmpty && !value.utf8.contains { $0 == 0x2A || $0 == 0x3F || $0 == 0x24 }
    }

    /// Broader than /8 (IPv4) or /32 (IPv6) is the world.
    private static func isNarrow(_ range: AddressRange) -> Bool { range.prefix >= (range.isVersion4 ? 8 : 32) }
}
