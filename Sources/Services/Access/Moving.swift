internal import Bytes
internal import Policy
internal import Store
internal import Wire

/// A new name or path for something that others refer to by its name: everything that does is written anew.
enum Moving {
    /// Both ends must be the caller's to change.
    static func asks(
        _ action: Text, _ input: Fields, _ subject: AccessSubject, newName: Text?, _ call: Call
    ) -> [Question] {
        let keys = Access.conditionKeys(subject.state?.tags ?? [], input, call)
        let path = input.text("NewPath") ?? subject.state?.path ?? "/"
        let target: Text = "arn:aws:iam::\(subject.account):\(subject.kind.rawValue)\(path)\(newName ?? subject.name)"
        let source = Access.question(action, subject.arn, keys, call)
        return target == subject.arn ? [source] : [source, Access.question(action, target, keys, call)]
    }

    static func move(
        _ old: Entity, name: Text?, path: Text?, _ transaction: borrowing Transaction
    ) throws {
        let key = Entity.key(old.kind, name ?? old.name, old.account)
        var body = old
        if let name { body.set("name", .string(name)) }
        if let path { body.set("path", .string(path)) }
        guard key != old.key else {
            try transaction.update(body.item)
            return
        }
        let moved = try Entity(Item(key: key, rev: 1, body: body.item.body))
        guard try transaction.insert(moved.item) else { throw Access.exists(old.kind, moved.name) }
        try transaction.delete(old.key)
        try moveBonds(old, moved, transaction)
        switch old.kind {
        case .user:
            try transaction.move(principal: moved)
            try moveAccessKeys(old, moved, transaction)
            try MFADevices.move(from: old, to: moved, transaction)
        case .group: try moveMembers(old, moved, transaction)
        case .role, .policy: break
        }
    }

    private static func moveBonds(_ old: Entity, _ moved: Entity, _ transaction: borrowing Transaction) throws {
        let ends =
            old.attached.map { (Bond.Kind.attachment, $0) } + (old.boundary.map { [(Bond.Kind.boundary, $0)] } ?? [])
            + old.groups.map { (Bond.Kind.membership, $0) }
        for (kind, to) in ends {
            // A group that gets a new name itself at the moment must find either the old bond or the new one.
            if kind == .membership { _ = try transaction.item(Entity.key(.group, to, old.account)) }
            try transaction.delete(Bond(kind, old.account, to: to, old.key).key)
            _ = try transaction.insert(Bond(kind, old.account, to: to, moved.key).item)
        }
    }

    private static func moveAccessKeys(_ old: Entity, _ moved: Entity, _ transaction: borrowing Transaction) throws {
        let keys = try transaction.items(
            IdentityRows.place, kind: IdentityRows.accessKeyKind, link: IdentityRows.link(old.name, old.account),
            limit: 1000)
        for var item in keys {
            var body = try Fields(json: item.body)
            body.replace("user", .string(moved.key.id))
            item.body = body.json
            item.link = IdentityRows.link(moved.name, moved.account)
            try transaction.update(item)
        }
    }

    private static func moveMembers(_ old: Entity, _ moved: Entity, _ transaction: borrowing Transaction) throws {
        while true {
            let items = try transaction.items(
                Entity.place(old.account), kind: Bond.Kind.membership.rawValue, link: old.key.id, limit: 500)
            for item in items {
                try transaction.delete(item.key)
                guard let bond = Bond(item), let member = try transaction.item(bond.member) else { continue }
                var user = try Entity(member)
                user.groups = user.groups.map { $0 == old.key.id ? moved.key.id : $0 }
                try transaction.update(user.item)
                _ = try transaction.insert(
                    Bond(.membership, old.account, to: moved.key.id, bond.member).item)
            }
            guard items.count == 500 else { return }
        }
    }
}

extension Fields {
    mutating func replace(_ name: Text, _ value: Document?) {
        members.removeAll { $0.name == name }
        if let value { add(name, value) }
    }
}
