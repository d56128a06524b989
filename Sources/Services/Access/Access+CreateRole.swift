internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum CreateRole: AccessOperation {
        static let name: Text = "CreateRole"
        static let input: Structure = [
            .optional("Path", path), .required("RoleName", roleName), .required("AssumeRolePolicyDocument", document),
            .optional("Description", roleDescription), .optional("MaxSessionDuration", maxSession),
            .optional("MaxSigninSessionDuration", maxSigninSession), .optional("PermissionsBoundary", arn),
            .optional("Tags", tags),
        ]
        static let recordedOutput: Structure? = [.optional("Role", .structure(roleShape))]

        static func subject(_ input: Fields, _ call: Call) throws -> AccessSubject {
            try AccessSubject(.role, input.text("RoleName") ?? "", path: input.text("Path"), call)
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (input, account, name) = (call.input, call.subject.account, call.subject.name)
            let path = input.text("Path") ?? "/"
            guard !path.hasPrefix(ServiceLinkedRoles.path) else {
                throw Fault(
                    "InvalidInput", "The path \(ServiceLinkedRoles.path) is reserved for the roles of services.")
            }
            let trust = input.text("AssumeRolePolicyDocument") ?? ""
            let written = try await requireTrust(trust, call.house)
            var role = Entity(
                .role, name: name, path: path, account: account, at: call.now, chance: call.house.chance)
            role.trust = written
            role.body.add("description", input.text("Description"))
            role.body.add("maxSession", input.integer("MaxSessionDuration"))
            role.body.add("maxSigninSession", input.integer("MaxSigninSessionDuration"))
            role.tags = try merged([], requestTags(input))
            let boundary = input.text("PermissionsBoundary")
            if let boundary { try requireARN(boundary, of: "policy/") }
            role.boundary = boundary
            return try await call.commit { [role] transaction in
                if let boundary {
                    try hold(policy: boundary, account, transaction)
                    _ = try transaction.insert(Bond(.boundary, account, to: boundary, role.key).item)
                }
                guard try transaction.insert(principal: role) else { throw exists(.role, name) }
                return ["Role": .structure(shown(role: role, trust: trust))]
            }
        }
    }

    static let roleDescription = Shape.string(
        0...1000,
        Pattern("[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u00A1-\\u00FF]*") { text in
            text.string.unicodeScalars.allSatisfy { scalar in
                [0x09, 0x0A, 0x0D].contains(scalar.value) || (0x20...0x7E).contains(scalar.value)
                    || (0xA1...0xFF).contains(scalar.value)
            }
        })
    static let maxSession = Shape.integer(3600...43_200)
    static let maxSigninSession = Shape.integer(3600...7_776_000)
    static let trustLimit = 2048

    static let roleShape: Structure = [
        .optional("Path", .string()), .optional("RoleName", .string()), .optional("RoleId", .string()),
        .optional("Arn", .string()), .optional("CreateDate", .timestamp),
        .optional("AssumeRolePolicyDocument", .string()), .optional("MaxSessionDuration", .integer),
    ]

    /// - Parameter trust: its trust policy as it is to be shown.
    /// - Parameter isWhole: with tags, boundary and last use, which listings leave out.
    static func shown(role: Entity, trust: Text?, isWhole: Bool = true) -> Fields {
        var fields: Fields = [
            "Path": .string(role.path), "RoleName": .string(role.name), "RoleId": .string(role.id),
            "Arn": .string(role.arn), "CreateDate": .timestamp(role.created),
        ]
        if let trust { fields.add("AssumeRolePolicyDocument", encoded(trust)) }
        fields.add("Description", role.body.text("description"))
        fields.add("MaxSessionDuration", role.maxSession)
        fields.add("MaxSigninSessionDuration", role.body.integer("maxSigninSession"))
        guard isWhole else { return fields }
        if let boundary = role.boundary { fields.add("PermissionsBoundary", shown(boundary: boundary)) }
        if !role.tags.isEmpty { fields.add("Tags", shown(role.tags)) }
        return fields
    }

    /// Parsed, small enough, about assuming only, and naming nobody who is not there.
    ///
    /// - Returns: what goes into the role's row.
    static func requireTrust(_ text: Text, _ house: House) async throws -> WrittenPolicy {
        let size = text.utf8.count { $0 != 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D }
        guard size <= trustLimit else {
            throw Fault("LimitExceeded", "Cannot exceed quota for ACLSizePerRole: \(trustLimit)", status: 409)
        }
        let trust = try checked(text, .trust, atMost: trustLimit)
        for statement in trust.statements {
            let areAll = statement.actions.allSatisfy { $0 == "*" || $0.asciiLowercased.hasPrefix("sts:") }
            guard areAll else {
                throw Fault("MalformedPolicyDocument", "AssumeRole policy may only specify STS AssumeRole actions.")
            }
        }
        do {
            return try await house.store.read { try WrittenPolicy(text, trust, in: $0, accounts: false) }
        } catch let unknown as UnknownPrincipal {
            throw Fault("MalformedPolicyDocument", "Invalid principal in policy: \"AWS\":\"\(unknown.text)\"")
        }
    }
}
