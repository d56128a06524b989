package import Bytes
package import Wire

/// An operation as the gate holds it: its description, and a way to run it.
///
/// An object, because every request looks at one several times: a copy would retain each of its parts.
package final class Entry: Sendable {
    package enum Step: Sendable {
        case done(Fields)
        case suspends(@Sendable () async throws -> Fields)
    }

    package let name: Text
    package let api: API
    package let quota: Quota
    package let isReadOnly: Bool
    package let isBrief: Bool
    package let hasOutput: Bool
    let isOpen: Bool
    let route: Route?
    package let input: Structure
    let perform: @Sendable (Call, Fields) throws -> Step
    /// `nil` for operations that are never prepared.
    let prepare: (@Sendable (Call, Fields) throws -> (any Prepared)?)?

    package convenience init<Op: RepeatableOperation>(repeating op: Op.Type) {
        self.init(
            reading: op,
            prepare: { call, fields in try Op.prepare(try authorize(Op.self, try Op.decode(fields), fields, call)) })
    }

    package convenience init<Op: ReadOperation>(
        reading _: Op.Type, prepare: (@Sendable (Call, Fields) throws -> (any Prepared)?)? = nil
    ) {
        self.init(Op.self, prepare: prepare) { call, fields in
            let authorized = try authorize(Op.self, try Op.decode(fields), fields, call)
            let output = Op.encode(try Op.answer(authorized))
            let resources = Op.resources(authorized.subject)
            let additional = Op.additionalEventData(authorized.subject)
            let records = Record.success(Op.self, call, fields, resources, additional: additional, output)
            for record in records { call.note(record) }
            call.noteUse(Op.self, of: resources, records[0])
            return .done(output)
        }
    }

    package convenience init<Op: WriteOperation>(writing _: Op.Type) {
        self.init(Op.self, prepare: nil) { call, fields in
            let authorized = try authorize(Op.self, try Op.decode(fields), fields, call)
            return .suspends {
                let output = Op.encode(try await Op.run(authorized))
                if !call.isCommitted {
                    let resources = Op.resources(authorized.subject)
                    let additional = Op.additionalEventData(authorized.subject)
                    for record in Record.success(Op.self, call, fields, resources, additional: additional, output) {
                        call.note(record)
                    }
                }
                return output
            }
        }
    }

    private init<Op: Operation>(
        _: Op.Type,
        prepare: (@Sendable (Call, Fields) throws -> (any Prepared)?)?,
        perform: @escaping @Sendable (Call, Fields) throws -> Step
    ) {
        name = Op.name
        api = Op.api
        quota = Op.quota
        isReadOnly = Op.isReadOnly
        isBrief = Op.isBrief
        hasOutput = Op.hasOutput
        isOpen = Op.isOpen
        route = Op.route
        input = Op.input
        self.prepare = prepare
        guard Op.input.members.contains(where: { $0.name == "GrantTokens" }) else {
            self.perform = perform
            return
        }
        self.perform = { call, fields in
            try GrantToken.check(fields, call.house)
            return try perform(call, fields)
        }
    }
}

/// All operations, found as requests name them.
package struct Catalog: Sendable {
    package let entries: [Entry]
    private let byTarget: [Text: [Text: Int]]
    private let byService: [Text: [Text: Int]]
    /// To entries, by their numbers.
    let routes: RouteTable

    package init(_ entries: [Entry]) {
        self.entries = entries
        var byTarget: [Text: [Text: Int]] = [:]
        var byService: [Text: [Text: Int]] = [:]
        for (index, entry) in entries.enumerated() {
            if let target = entry.api.targetPrefix { byTarget[target, default: [:]][entry.name] = index }
            byService[entry.api.name, default: [:]][entry.name] = index
        }
        (self.byTarget, self.byService) = (byTarget, byService)
        routes = RouteTable(entries.enumerated().compactMap { pair in pair.element.route.map { ($0, pair.offset) } })
    }

    /// An operation of the Query protocol that need not be signed.
    func findOpen(_ invocation: Invocation) -> Int? {
        entries.firstIndex { entry in
            entry.isOpen && entry.name == invocation.operation && entry.api.version == invocation.version
                && entry.api.dialects.contains(invocation.dialect)
        }
    }

    /// JSON services are named by the target's prefix, Query services by the credential scope.
    func find(_ invocation: Invocation, scopedTo service: Text?) -> Int? {
        if let target = invocation.target { return byTarget[target]?[invocation.operation] }
        guard let service, let index = byService[service]?[invocation.operation] else { return nil }
        return entries[index].api.dialects.contains(invocation.dialect) ? index : nil
    }
}
