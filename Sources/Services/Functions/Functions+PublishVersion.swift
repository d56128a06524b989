internal import Bytes
internal import Store
internal import Wire

extension Functions {
    enum PublishVersion: FunctionOperation {
        static let name: Text = "PublishVersion"
        static let route: Route? = Route(
            "POST", "/2015-03-31/functions/{FunctionName}/versions", reply: RouteReply(status: 201))
        static let input: Structure = [
            Functions.name, .optional("CodeSha256", .string()), .optional("Description", description), revision,
            .optional("PublishTo", .string()),
        ]
        static let recordedOutput: Structure? = recordedConfiguration

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (input, reference, root) = (call.input, call.subject.reference, call.house.root)
            _ = try call.subject.requireLatest()
            guard input.text("PublishTo") == nil else { throw Fault.unsupported("PublishTo") }
            let revision = call.house.chance.uuid()
            return try await call.changeFunction { state, transaction in
                try state.require(revision: input.text("RevisionId"))
                let own = Base64.encode(Hex.decode(state.latest.codeDigest.utf8) ?? [])
                if let asked = input.text("CodeSha256"), !asked.isEmpty, asked != own {
                    throw Fault.invalidValue(
                        "CodeSHA256 (\(asked)) is different from current CodeSHA256 in $LATEST (\(own)). Please try again with the CodeSHA256 in $LATEST."
                    )
                }
                let version = try state.publish(
                    reference, input.text("Description"), revision: revision, transaction)
                return try version.configuration.shown(reference, isQualified: true, root)
            }
        }
    }

    enum ListVersionsByFunction: FunctionOperation {
        static let name: Text = "ListVersionsByFunction"
        static let isReadOnly = true
        static let route: Route? = Route(
            "GET", "/2015-03-31/functions/{FunctionName}/versions", query: pageQuery)
        static let input = Structure([Functions.name] + paging)

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (reference, house) = (call.subject.reference, call.house)
            _ = try call.subject.requireWhole()
            let page = try FunctionPage(call.input, "versions \(reference.arn)", house)
            return try await house.store.read { snapshot in
                var shown: [Document] = []
                if page.after.isEmpty {
                    guard let item = try snapshot.item(reference.key) else { throw Fault.noFunction(reference.arn) }
                    let latest = try FunctionState(item).latest
                    shown.append(.structure(try latest.shown(reference, isQualified: true, house.root)))
                }
                let room = page.limit - shown.count
                let found = try snapshot.items(
                    of: reference, kind: FunctionRows.version, after: page.after.first, limit: room + 1)
                for item in found.prefix(room) {
                    let version = try FunctionVersion(item).configuration
                    shown.append(.structure(try version.shown(reference, isQualified: true, house.root)))
                }
                var fields: Fields = ["Versions": .list(shown)]
                if found.count > room {
                    let last = found.prefix(room).last?.key.id ?? "\(reference.name):"
                    fields.add("NextMarker", page.marker([last], house))
                }
                return fields
            }
        }
    }
}
