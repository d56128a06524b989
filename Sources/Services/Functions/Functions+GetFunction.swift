internal import Bytes
internal import Store
internal import Wire

extension Functions {
    enum GetFunction: FunctionOperation {
        static let name: Text = "GetFunction"
        static let isReadOnly = true
        static let route: Route? = Route("GET", "/2015-03-31/functions/{FunctionName}", query: qualifierQuery)
        static let input = qualified

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let target = try call.subject.require()
            var fields: Fields = [
                "Configuration": .structure(try await configuration(of: call)),
                // There is no address that code could be fetched from.
                "Code": .structure(["RepositoryType": "S3"]),
            ]
            let function = target.function
            if !function.tags.isEmpty { fields.add("Tags", .structure(FunctionTags.shown(function.tags))) }
            if let reserved = function.concurrency {
                fields.add("Concurrency", .structure(["ReservedConcurrentExecutions": .integer(reserved)]))
            }
            return fields
        }
    }

    enum GetFunctionConfiguration: FunctionOperation {
        static let name: Text = "GetFunctionConfiguration"
        static let isReadOnly = true
        static let route: Route? = Route(
            "GET", "/2015-03-31/functions/{FunctionName}/configuration", query: qualifierQuery)
        static let input = qualified

        static func run(_ call: Authorized<Self>) async throws -> Fields { try await configuration(of: call) }
    }

    /// Of what the reference names, an alias's version included.
    private static func configuration<Op: FunctionOperation>(of call: Authorized<Op>) async throws -> Fields {
        let (reference, root) = (call.subject.reference, call.house.root)
        switch try call.subject.require() {
        case .latest(let function):
            return try function.latest.shown(reference, isQualified: reference.qualifier != nil, root)
        case .version(_, let version):
            return try version.configuration.shown(reference, isQualified: true, root)
        case .alias(let function, let alias):
            var fields: Fields
            if let number = FunctionReference.number(alias.version) {
                let key = reference.versionKey(number)
                guard let item = try await call.house.store.read({ try $0.item(key) }) else {
                    throw Fault.noFunction(reference.qualifiedARN)
                }
                fields = try FunctionVersion(item).configuration.shown(reference, isQualified: true, root)
            } else {
                fields = try function.latest.shown(reference, isQualified: true, root)
            }
            for index in fields.members.indices where fields.members[index].name == "FunctionArn" {
                fields.members[index].value = .string(reference.qualifiedARN)
            }
            return fields
        }
    }
}
