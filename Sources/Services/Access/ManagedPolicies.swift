internal import Bytes
internal import Policy
internal import Store
internal import Wire

/// Attaching managed policies to users, groups and roles, and bounding users and roles by them.
extension Authorized where Op: AccessOperation {
    func attachPolicy() async throws -> Fields {
        let (arn, account) = (input.text("PolicyArn") ?? "", subject.account)
        try Access.requireARN(arn, of: "policy/")
        guard !arn.hasPrefix("arn:aws:iam::aws:policy/aws-service-role/") else {
            throw Fault("PolicyNotAttachable", "Cannot attach a Service Role Policy to a Customer Role.")
        }
        return try await changeEntity { entity, transaction in
            try entity.requireModifiable()
            guard !entity.attached.contains(arn) else { return [:] }
            try Access.hold(policy: arn, account, transaction)
            guard entity.attached.count < Access.attachmentLimit else {
                throw Fault(
                    "LimitExceeded",
                    "Cannot exceed quota for PoliciesPer\(entity.kind.title): \(Access.attachmentLimit)", status: 409)
            }
            entity.attached.append(arn)
            _ = try transaction.insert(Bond(.attachment, account, to: arn, entity.key).item)
            return [:]
        }
    }

    func detachPolicy() async throws -> Fields {
        let (arn, account) = (input.text("PolicyArn") ?? "", subject.account)
        try Access.requireARN(arn, of: "policy/")
        return try await changeEntity { entity, transaction in
            try entity.requireModifiable()
            guard entity.attached.contains(arn) else { throw Access.missing(policy: arn) }
            entity.attached.removeAll { $0 == arn }
            try transaction.delete(Bond(.attachment, account, to: arn, entity.key).key)
            return [:]
        }
    }

    func attachedPolicies() async throws -> Fields {
        let (page, prefix) = (try AccessPage(input), input.text("PathPrefix") ?? "/")
        let arns = try await readEntity().attached.filter { Access.path(ofPolicy: $0).hasPrefix(prefix) }.sorted()
        return page.fields("AttachedPolicies", of: arns, id: { $0 }) { Access.shown(attached: $0) }
    }

    func putBoundary() async throws -> Fields {
        let (arn, account) = (input.text("PermissionsBoundary") ?? "", subject.account)
        try Access.requireARN(arn, of: "policy/")
        return try await changeEntity { entity, transaction in
            try entity.requireModifiable()
            guard entity.boundary != arn else { return [:] }
            try Access.hold(policy: arn, account, transaction)
            if let old = entity.boundary {
                try transaction.delete(Bond(.boundary, account, to: old, entity.key).key)
            }
            entity.boundary = arn
            _ = try transaction.insert(Bond(.boundary, account, to: arn, entity.key).item)
            return [:]
        }
    }

    func deleteBoundary() async throws -> Fields {
        let (account, noun, name) = (subject.account, subject.kind.rawValue, subject.name)
        return try await changeEntity { entity, transaction in
            try entity.requireModifiable()
            guard let old = entity.boundary else {
                throw Fault(
                    "NoSuchEntity", "The \(noun) with name \(name) does not have a permissions boundary.", status: 404)
            }
            entity.boundary = nil
            try transaction.delete(Bond(.boundary, account, to: old, entity.key).key)
            return [:]
        }
    }
}

extension Entity {
    /// Roles of services are theirs to change.
    var isServiceLinked: Bool { kind == .role && path.hasPrefix(ServiceLinkedRoles.path) }

    func requireModifiable() throws(Fault) {
        guard isServiceLinked else { return }
        throw Fault(
            "UnmodifiableEntity",
            "Cannot perform the operation on the protected role '\(name)' - this role is only modifiable by AWS")
    }
}

extension EntityKind {
    var title: Text {
        switch self {
        case .user: "User"
        case .group: "Group"
        case .role: "Role"
        case .policy: "Policy"
        }
    }
}

extension Access {
    /// `/` or `/…/`.
    static func path(ofPolicy arn: Text) -> Text {
        let parts = (arn.split(on: 0x3A, limit: 6).last ?? "").split(on: 0x2F)
        return Text("/" + parts.dropFirst().dropLast().map { "\($0)/" }.joined())
    }

    static func shown(attached arn: Text) -> Document {
        .structure(["PolicyName": .string(arn.split(on: 0x2F).last ?? arn), "PolicyArn": .string(arn)])
    }
}
