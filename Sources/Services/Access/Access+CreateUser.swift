internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Access {
    enum CreateUser: AccessOperation {
        static let name: Text = "CreateUser"
        static let input: Structure = [
            .optional("Path", path), .required("UserName", userName), .optional("PermissionsBoundary", arn),
            .optional("Tags", tags),
        ]
        static let recordedOutput: Structure? = [.optional("User", .structure(userShape))]

        static func subject(_ input: Fields, _ call: Call) throws -> AccessSubject {
            try AccessSubject(.user, input.text("UserName") ?? "", path: input.text("Path"), call)
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (input, account, name) = (call.input, call.subject.account, call.subject.name)
            var user = Entity(
                .user, name: name, path: input.text("Path") ?? "/", account: account, at: call.now,
                chance: call.house.chance)
            user.tags = try merged([], requestTags(input))
            let bond = try await boundary(input, of: &user, call.call)
            return try await call.commit { [user] transaction in
                guard try transaction.insert(principal: user) else { throw exists(.user, name) }
                if let bond { _ = try transaction.insert(bond.item) }
                return ["User": .structure(shown(user: user))]
            }
        }
    }

    static let userShape: Structure = [
        .optional("Path", path), .optional("UserName", .string()), .optional("UserId", .string()),
        .optional("Arn", .string()), .optional("CreateDate", .timestamp),
    ]

    /// `Tags` and the boundary only where AWS shows them: not in listings.
    static func shown(user: Entity, isWhole: Bool = true) -> Fields {
        var fields: Fields = [
            "Path": .string(user.path), "UserName": .string(user.name), "UserId": .string(user.id),
            "Arn": .string(user.arn), "CreateDate": .timestamp(user.created),
        ]
        fields.add("PasswordLastUsed", user.body.storedTime("passwordLastUsed"))
        guard isWhole else { return fields }
        if let boundary = user.boundary { fields.add("PermissionsBoundary", shown(boundary: boundary)) }
        if !user.tags.isEmpty { fields.add("Tags", shown(user.tags)) }
        return fields
    }

    static func shown(boundary: Text) -> Document {
        .structure(["PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": .string(boundary)])
    }

    /// Puts the boundary that the request names on the entity; the bond goes into the same transaction.
    static func boundary(_ input: Fields, of entity: inout Entity, _ call: Call) async throws -> Bond? {
        guard let arn = input.text("PermissionsBoundary") else { return nil }
        try await requirePolicy(arn, call)
        entity.boundary = arn
        return Bond(.boundary, entity.account, to: arn, entity.key)
    }

    /// A managed policy of the caller's account or of AWS.
    static func requirePolicy(_ arn: Text, _ call: Call) async throws {
        if AWSManagedPolicies.state(arn) != nil { return }
        guard let (account, name) = View.policyName(arn), account == call.caller.account,
            let item = try await call.house.store.read({ try $0.item(Entity.key(.policy, name, account)) }),
            try Entity(item).arn == arn
        else {
            throw Fault("NoSuchEntity", "Policy \(arn) does not exist or is not attachable.", status: 404)
        }
    }
}
