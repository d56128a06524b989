internal import Bytes
internal import Store
internal import Wire

extension Functions {
    enum GetAlias: AliasOperation {
        static let name: Text = "GetAlias"
        static let isReadOnly = true
        static let route: Route? = Route("GET", "/2015-03-31/functions/{FunctionName}/aliases/{Name}")
        static let input: Structure = [Functions.name, .required("Name", aliasName)]

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (reference, name) = (call.subject.reference, call.input.text("Name") ?? "")
            let item = try await call.house.store.read { try $0.item(reference.aliasKey(name)) }
            guard let item else { throw Fault.noAlias("\(reference.arn):\(name)") }
            return try FunctionAlias(item).shown(reference)
        }
    }

    enum UpdateAlias: AliasOperation {
        static let name: Text = "UpdateAlias"
        static let route: Route? = Route("PUT", "/2015-03-31/functions/{FunctionName}/aliases/{Name}")
        static let input: Structure = [
            Functions.name, .required("Name", aliasName), .optional("FunctionVersion", aliasVersion),
            .optional("Description", description), .optional("RoutingConfig", routing), revision,
        ]
        static let recordedOutput: Structure? = recordedAlias

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (input, reference) = (call.input, call.subject.reference)
            let (name, weights, renewed) = (input.text("Name") ?? "", try weights(input), call.house.chance.uuid())
            return try await call.commit { transaction in
                guard let item = try transaction.item(reference.aliasKey(name)) else {
                    throw Fault.noAlias("\(reference.arn):\(name)")
                }
                var alias = try FunctionAlias(item)
                if let asked = input.text("RevisionId"), asked != alias.revision { throw Fault.wrongRevision }
                alias.version = input.text("FunctionVersion") ?? alias.version
                alias.description = input.text("Description") ?? alias.description
                alias.weights = weights ?? alias.weights
                alias.revision = renewed
                try alias.requireVersions(reference, transaction)
                try transaction.update(alias.item)
                return alias.shown(reference)
            }
        }
    }

    enum DeleteAlias: AliasOperation {
        static let name: Text = "DeleteAlias"
        static let hasOutput = false
        static let route: Route? = Route(
            "DELETE", "/2015-03-31/functions/{FunctionName}/aliases/{Name}", reply: RouteReply(status: 204))
        static let input: Structure = [Functions.name, .required("Name", aliasName)]

        /// One that is not there is gone: AWS answers alike.
        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (reference, name) = (call.subject.reference, call.input.text("Name") ?? "")
            _ = try call.subject.requireWhole()
            return try await call.commit { transaction in
                try transaction.delete(reference.aliasKey(name))
                return [:]
            }
        }
    }

    enum ListAliases: AliasOperation {
        static let name: Text = "ListAliases"
        static let isReadOnly = true
        static let route: Route? = Route(
            "GET", "/2015-03-31/functions/{FunctionName}/aliases",
            query: ["Marker": "Marker", "MaxItems": "MaxItems", "FunctionVersion": "FunctionVersion"])
        static let input = Structure([Functions.name] + paging + [.optional("FunctionVersion", aliasVersion)])

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (reference, house, wanted) = (call.subject.reference, call.house, call.input.text("FunctionVersion"))
            _ = try call.subject.requireWhole()
            let page = try FunctionPage(call.input, "aliases \(reference.arn)", house)
            let found = try await house.store.read { snapshot in
                try snapshot.items(
                    of: reference, kind: FunctionRows.alias, after: page.after.first, limit: page.limit + 1)
            }
            let aliases = try found.prefix(page.limit).map { try FunctionAlias($0) }
            var fields: Fields = [
                "Aliases": .list(
                    aliases.filter { alias in
                        wanted == nil || alias.version == wanted
                            || alias.weights.contains { $0.version == wanted }
                    }.map { .structure($0.shown(reference)) })
            ]
            if found.count > page.limit, let last = aliases.last {
                fields.add("NextMarker", page.marker([last.key.id], house))
            }
            return fields
        }
    }
}
