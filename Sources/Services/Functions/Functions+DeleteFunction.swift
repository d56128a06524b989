internal import Bytes
internal import Store
internal import Wire

extension Functions {
    enum DeleteFunction: FunctionOperation {
        static let name: Text = "DeleteFunction"
        static let hasOutput = false
        static let route: Route? = Route(
            "DELETE", "/2015-03-31/functions/{FunctionName}", query: qualifierQuery, reply: RouteReply(status: 204))
        static let input = qualified

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let reference = call.subject.reference
            if let qualifier = reference.qualifier {
                guard let number = FunctionReference.number(qualifier) else {
                    throw qualifier == "$LATEST"
                        ? Fault.invalidValue("$LATEST version cannot be deleted without deleting the function.")
                        : Fault.invalidValue("Deletion of aliases is not currently supported.")
                }
                return try await delete(number, call)
            }
            let output = try await call.commit { transaction in
                guard let item = try transaction.item(reference.key) else { throw Fault.noFunction(reference.arn) }
                var codes: Set<Text> = [try FunctionState(item).latest.codeDigest]
                for kind in [FunctionRows.version, FunctionRows.alias] {
                    for item in try transaction.allItems(of: reference, kind: kind) {
                        if let code = item.link { codes.insert(code) }
                        try transaction.delete(item.key)
                    }
                }
                try transaction.delete(reference.key)
                for code in codes { try FunctionCode.release(code, in: reference.place, transaction) }
                return Fields()
            }
            await call.house.runner.retire(reference.arn)
            return output
        }

        private static func delete(_ number: Int64, _ call: Authorized<Self>) async throws -> Fields {
            let reference = call.subject.reference
            let output = try await call.commit { transaction in
                guard let item = try transaction.item(reference.versionKey(number)) else {
                    throw Fault.noFunction(reference.qualifiedARN)
                }
                let version = try FunctionVersion(item)
                let users = try transaction.allItems(of: reference, kind: FunctionRows.alias)
                    .map { try FunctionAlias($0) }
                    .filter { alias in
                        alias.version == version.configuration.version
                            || alias.weights.contains { $0.version == version.configuration.version }
                    }
                guard users.isEmpty else {
                    let names = users.map(\.name.string).joined(separator: ", ")
                    throw Fault.functionConflict(
                        "Version \(number) cannot be deleted: it is used by the aliases [\(names)].")
                }
                try transaction.delete(item.key)
                try FunctionCode.release(version.configuration.codeDigest, in: reference.place, transaction)
                return Fields()
            }
            await call.house.runner.retire(reference.arn)
            return output
        }
    }
}
