internal import Bytes
internal import Policy
internal import Store
internal import Wire

/// The caller's account and its organization, there or not, and what the call is about.
struct OrganizationSubject: Sendable {
    let account: AccountID
    let state: OrganizationState?
    /// ARNs; each must be allowed.
    let resources: [Text]
    /// `organizations:PolicyType`.
    let policyType: Text?
}

/// An operation of Organizations. Members are few and their constraints checked already: they are read where they are used.
protocol OrganizationOperation: WriteOperation
where Input == Fields, Output == Fields, Subject == OrganizationSubject {
    /// ARNs that the caller must be allowed to do this to.
    static func resources(_ input: Fields, _ organization: OrganizationState, _ call: Call) throws -> [Text]
}

/// One that only looks.
protocol OrganizationReading: OrganizationOperation {}

extension OrganizationReading {
    static var isReadOnly: Bool { true }
}

extension OrganizationOperation {
    static var api: API { .organizations }
    static var quota: Quota { Organization.quota }
    static var isBrief: Bool { false }
    static func decode(_ fields: Fields) throws(Fault) -> Fields { fields }
    static func encode(_ output: Fields) -> Fields { output }
    static func resources(_ input: Fields, _ organization: OrganizationState, _ call: Call) throws -> [Text] { ["*"] }

    static func find(_ input: Fields, _ call: Call) throws -> OrganizationSubject {
        let state = try call.view.organization(of: call.caller.account)
        var type = input.text("PolicyType") ?? input.text("Type") ?? input.text("Filter")
        if let id = input.text("PolicyId"), OrganizationID.isPolicy(id) { type = try call.view.control(id)?.type }
        return OrganizationSubject(
            account: call.caller.account, state: state,
            resources: try state.map { try resources(input, $0, call) } ?? ["*"], policyType: type)
    }

    static func asks(_ input: Fields, _ subject: OrganizationSubject, _ call: Call) -> [Question] {
        let tags = Access.requestTags(input)
        let keys = ContextKeys { name in
            if name == "organizations:policytype" { return subject.policyType.map { .one($0) } }
            return Access.requestCondition(name, tags, removed: input.texts("TagKeys") ?? []) ?? call.globalKey(name)
        }
        return subject.resources.map { resource in
            Question(
                action: "organizations:\(name)", resource: resource, shown: resource == "*" ? nil : resource,
                owner: subject.account, keys: keys)
        }
    }
}

extension Organization {
    /// The ARN of a policy; one that is not there has the type that its id can't tell.
    static func policyARN(_ input: Fields, _ organization: OrganizationState, _ call: Call) throws -> Text {
        let id = input.text("PolicyId") ?? ""
        guard OrganizationID.isPolicy(id), let control = try call.view.control(id) else {
            return organization.arn(policy: id, "*")
        }
        return control.policy.name
    }
}

extension Authorized where Op: OrganizationOperation {
    /// The organization of the caller's account.
    func member() throws(Fault) -> OrganizationState {
        guard let state = subject.state else { throw .notInOrganization }
        return state
    }

    /// As ``member()``, for the account that the organization was made from and no other.
    func management() throws(Fault) -> OrganizationState {
        let state = try member()
        guard state.master == subject.account else { throw .notManagement }
        return state
    }

    /// Reads as the management account.
    func look(
        _ body: @escaping @Sendable (OrganizationState, borrowing Snapshot) throws -> Fields
    ) async throws -> Fields {
        let state = try management()
        return try await house.store.read { snapshot in try body(state, snapshot) }
    }

    /// Changes the organization as its management account, one change at a time: rules that look at several rows hold.
    func change(
        _ body: @escaping @Sendable (OrganizationState, borrowing Transaction) throws -> Fields
    ) async throws -> Fields {
        let state = try management()
        do {
            return try await commit { transaction in
                guard let item = try transaction.item(OrganizationRows.organization(state.id)) else {
                    throw Fault.notInOrganization
                }
                try transaction.update(item)
                return try body(state, transaction)
            }
        } catch StoreError.conflict {
            throw Fault.concurrentChange
        }
    }
}

/// One page of a listing.
struct OrganizationPage: Sendable {
    let after: Text?
    let limit: Int
    private let purpose: Text
    private let house: House

    /// - Parameter about: what is being listed; a token of another listing is refused.
    init<Op: OrganizationOperation>(_ call: Authorized<Op>, about: Text = "") throws(Fault) {
        limit = Int(call.input.integer("MaxResults") ?? 20)
        purpose = "organizations:\(Op.name):\(call.subject.account):\(about)"
        house = call.house
        guard let token = call.input.text("NextToken") else {
            after = nil
            return
        }
        do { after = try PageToken.open(token, for: purpose, house).first } catch {
            throw .invalidInput("INVALID_NEXT_TOKEN", "You specified an invalid value for NextToken.")
        }
    }

    /// `rows` are one more than the page shows, if there are as many.
    func fields<Row>(_ name: Text, _ rows: [Row], id: (Row) -> Text, _ shown: (Row) throws -> Document) rethrows
        -> Fields
    {
        let page = rows.prefix(limit)
        var fields: Fields = [name: .list(try page.map(shown))]
        if rows.count > limit, let last = page.last {
            fields.add("NextToken", PageToken.close([id(last)], for: purpose, house))
        }
        return fields
    }

    /// Of a list that is at hand as a whole.
    func fields<Row>(
        _ name: Text, of all: [Row], id: (Row) -> Text, _ shown: (Row) throws -> Document
    ) rethrows -> Fields {
        let rest = all.filter { row in after.map { $0 < id(row) } ?? true }.sorted { id($0) < id($1) }
        return try fields(name, rest, id: id, shown)
    }
}
