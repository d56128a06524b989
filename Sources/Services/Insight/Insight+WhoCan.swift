internal import Bytes
internal import Policy
internal import Store
internal import Wire

extension Insight {
    /// The users and roles of the caller's account that may do something to something, a page of them at a time, and what the
    /// resource's policy says of others.
    enum WhoCan: WriteOperation {
        typealias Input = Fields
        typealias Output = Fields

        /// Entities that a page looks at: whether they can or not.
        private static let page = 500

        static let name: Text = "WhoCan"
        static let api = API.insight
        static let quota = Insight.quota
        static let isReadOnly = true
        static let isBrief = false
        static let input: Structure = [
            .required("Action", action), .optional("Resource", arn), .optional("Context", context),
            .optional("NextToken", .string(1...1024)),
        ]

        static func decode(_ fields: Fields) throws(Fault) -> Fields { fields }
        static func encode(_ output: Fields) -> Fields { output }
        static func find(_ input: Fields, _ call: Call) throws {}

        static func asks(_ input: Fields, _ subject: Void, _ call: Call) -> [Question] {
            [ownQuestion("undercroft:WhoCan", input.text("Resource") ?? "*", call)]
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (input, account) = (call.input, call.call.caller.account)
            var position = try Position(input.text("NextToken"))
            var principals: [Document] = []
            var fields: Fields = [:]
            if position.isStart {
                let root: Text = "arn:aws:iam::\(account):root"
                if let found = try await ask(root, call) { principals.append(.structure(found)) }
                fields.add("Others", .list(try await others(call)))
            }
            let entities = try await call.house.store.read { [position] snapshot in
                try snapshot.items(
                    Entity.place(account), kind: position.kind.rawValue, after: position.after, limit: page)
            }
            for item in entities {
                if let found = try await ask(try Entity(item).arn, call) { principals.append(.structure(found)) }
            }
            fields.add("Principals", .list(principals))
            fields.add("Examined", .integer(Int64(entities.count)))
            if position.advance(past: entities, page) { fields.add("NextToken", position.token) }
            return fields
        }

        /// `nil` if it may not. Rows that are not at hand are brought.
        private static func ask(_ arn: Text, _ call: Authorized<Self>) async throws -> Fields? {
            try await loading(call) { asker in
                let caller = try caller(arn, asker)
                let resource = call.input.text("Resource") ?? "*"
                let asked = Insight.call(of: caller, about: resource, asker)
                let question = try question(
                    call.input.text("Action") ?? "", resource, call.input.fields("Context"), asked)
                let (ask, layers) = try terms(question, asked)
                let decision = decide(ask, layers)
                guard decision.isAllowed else { return nil }
                var fields: Fields = ["Arn": .string(arn)]
                if case .allowed(let statement) = decision.reason {
                    fields.add("By", .structure(statement.fields))
                    fields.add("Through", through(statement, caller, asker))
                }
                if decision.isContextual { fields.add("DependsOnRequest", true) }
                return fields
            }
        }

        /// The group whose policy it is.
        private static func through(_ statement: StatementReference, _ caller: Caller, _ call: Call) -> Text? {
            guard statement.layer == .identity, caller.principal.kind == .user,
                let name = caller.principal.arn.split(on: 0x2F).last,
                let user = try? call.view.entity(.user, name, caller.account),
                !user.attached.contains(statement.policy),
                !user.policies.contains(where: { $0.name == statement.policy })
            else { return nil }
            for id in user.groups {
                guard let group = try? call.view.entity(.group, id, caller.account) else { continue }
                if group.attached.contains(statement.policy)
                    || group.policies.contains(where: { $0.name == statement.policy })
                {
                    return group.arn
                }
            }
            return nil
        }

        /// Principals outside of the account that the resource's policy lets in, as far as their own accounts allow.
        private static func others(_ call: Authorized<Self>) async throws -> [Document] {
            let resource = call.input.text("Resource") ?? "*"
            return try await loading(call) { asker in
                let asked = Insight.call(of: asker.caller, about: resource, asker)
                let question = try question(call.input.text("Action") ?? "", resource, nil, asked)
                guard let policy = question.resourcePolicy else { return [] }
                var found: [Document] = []
                for (index, statement) in policy.document.statements.enumerated()
                where statement.effect == .allow && statement.covers(action: question.action) {
                    for element in statement.principals?.elements ?? [] {
                        let shown = try asker.view.shown(element)
                        guard !shown.string.contains("::\(question.owner):") else { continue }
                        found.append(
                            .structure([
                                "Principal": .string(shown), "Policy": .string(policy.name),
                                "Statement": .integer(Int64(index)),
                                "HasConditions": .bool(!statement.conditions.isEmpty),
                            ]))
                    }
                }
                return found
            }
        }

        private static func loading<T>(
            _ call: Authorized<Self>, _ body: (Call) throws -> T
        ) async throws -> T {
            var view = call.call.view
            while true {
                do { return try body(call.call.retried(with: view)) } catch let detour as Detour {
                    view.add(try await detour.bring(call.house))
                }
            }
        }

        private struct Position: Sendable {
            var kind = EntityKind.user
            var after: Text?

            init(_ token: Text?) throws(Fault) {
                guard let token else { return }
                guard let text = Base64.decode(Array(token.utf8)).flatMap({ Text(utf8: $0) }),
                    case let parts = text.split(on: 0x2F, limit: 2), parts.count == 2,
                    let kind = EntityKind(rawValue: parts[0])
                else { throw Fault.frontEnd("ValidationException", "The token is not valid.") }
                self.kind = kind
                after = parts[1].isEmpty ? nil : parts[1]
            }

            var isStart: Bool { kind == .user && after == nil }
            var token: Text { Base64.encode(Text("\(kind.rawValue)/\(after ?? "")").bytes) }

            /// False at the end.
            mutating func advance(past items: [Item], _ page: Int) -> Bool {
                if items.count == page, let last = items.last {
                    after = last.key.id
                    return true
                }
                guard kind == .user else { return false }
                (kind, after) = (.role, nil)
                return true
            }
        }
    }
}
