internal import Bytes
internal import Policy
internal import Store
internal import Wire

/// Policies that are part of a user's or a group's own row.
enum InlinePolicies {
    static let naming: [ShapeMember] = [.required("PolicyName", Access.policyName)]
    static let putting: [ShapeMember] = naming + [.required("PolicyDocument", Access.document)]

    static func put(_ input: Fields, in entity: inout Entity, atMost limit: Int) throws(Fault) {
        guard let name = input.text("PolicyName"), let document = input.text("PolicyDocument") else { return }
        try Access.checked(document, .identity, atMost: .max)
        var policies = entity.inline
        if let index = policies.firstIndex(where: { $0.name == name }) {
            policies[index].document = document
        } else {
            policies.append((name, document))
        }
        let size = policies.reduce(0) { $0 + Self.size($1.document) }
        guard size <= limit else {
            throw Fault(
                "LimitExceeded",
                "Maximum policy size of \(limit) bytes exceeded for \(entity.kind.rawValue) \(entity.name)",
                status: 409)
        }
        entity.inline = policies
    }

    /// AWS counts without white space.
    private static func size(_ document: Text) -> Int {
        document.utf8.count { $0 != 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D }
    }

    static func get(_ input: Fields, of entity: Entity, naming member: Text) throws(Fault) -> Fields {
        let name = input.text("PolicyName") ?? ""
        guard let policy = entity.inline.first(where: { $0.name == name }) else { throw missing(name, entity) }
        return [
            member: .string(entity.name), "PolicyName": .string(policy.name),
            "PolicyDocument": Access.encoded(policy.document),
        ]
    }

    static func remove(_ input: Fields, from entity: inout Entity) throws(Fault) {
        let name = input.text("PolicyName") ?? ""
        var policies = entity.inline
        policies.removeAll { $0.name == name }
        guard policies.count < entity.inline.count else { throw missing(name, entity) }
        entity.inline = policies
    }

    static func list(_ input: Fields, of entity: Entity) throws(Fault) -> Fields {
        let names = entity.inline.map(\.name).sorted()
        return try AccessPage(input).fields("PolicyNames", of: names, id: { $0 }) { .string($0) }
    }

    private static func missing(_ name: Text, _ entity: Entity) -> Fault {
        Fault(
            "NoSuchEntity", "The \(entity.kind.rawValue) policy with name \(name) cannot be found.", status: 404)
    }
}
