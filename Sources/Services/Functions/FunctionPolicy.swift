internal import Bytes
internal import Policy
internal import Store
internal import Wire

/// The policy on a function, a version or an alias, as its row keeps it.
struct FunctionPolicy: Sendable {
    var written: WrittenPolicy

    static let limit = 20_480

    init(_ written: WrittenPolicy) { self.written = written }

    init?(row body: Fields) {
        guard let policy = body.fields("policy"), let written = WrittenPolicy(policy, "document") else { return nil }
        self.written = written
    }

    static func store(_ policy: FunctionPolicy?, in body: inout Fields) {
        guard let policy else { return }
        var fields = Fields()
        WrittenPolicy.store(policy.written, in: &fields, "document")
        body.add("policy", .structure(fields))
    }

    func compiled(name: Text) throws -> NamedPolicy {
        do { return try written.compiled(.resource, name: name) } catch {
            throw StoreError.corrupt("the policy of \(name)")
        }
    }

    private var statements: [Fields] {
        guard case .structure(let document)? = try? JSON.parse(written.text.bytes) else { return [] }
        return (document.list("Statement") ?? []).compactMap { part in
            if case .structure(let fields) = part { fields } else { nil }
        }
    }

    func has(_ sid: Text) -> Bool { statements.contains { $0.text("Sid") == sid } }

    /// `nil` once no statement is left.
    func without(_ sid: Text) -> FunctionPolicy? {
        let rest = statements.filter { $0.text("Sid") != sid }
        guard !rest.isEmpty else { return nil }
        return FunctionPolicy(Self.written(rest, written.ids))
    }

    /// - Parameter policy: the one that it is added to.
    static func adding<Directory: PrincipalDirectory & ~Copyable>(
        _ statement: Fields, to policy: FunctionPolicy?, in directory: borrowing Directory
    ) throws -> FunctionPolicy {
        let alone = Text(decoding: document([statement]).json[...])
        let ids: [Text: Text]
        do {
            let parsed = try PolicyDocument.parse(alone.bytes, kind: .resource)
            ids = try WrittenPolicy(alone, parsed, in: directory).ids
        } catch is MalformedPolicy {
            throw Fault.invalidPrincipal
        } catch is UnknownPrincipal {
            throw Fault.invalidPrincipal
        }
        // Who was named before stays who they were then.
        let known = policy?.written.ids ?? [:]
        let all = written((policy?.statements ?? []) + [statement], known.merging(ids) { old, _ in old })
        guard all.text.utf8.count <= limit else {
            throw Fault(
                "PolicyLengthExceededException",
                "The final policy size (\(all.text.utf8.count)) is bigger than the limit (\(limit)).")
        }
        return FunctionPolicy(all)
    }

    private static func document(_ statements: [Fields]) -> Fields {
        ["Version": "2012-10-17", "Id": "default", "Statement": .list(statements.map { .structure($0) })]
    }

    private static func written(_ statements: [Fields], _ ids: [Text: Text]) -> WrittenPolicy {
        var row: Fields = ["document": .string(Text(decoding: document(statements).json[...]))]
        WrittenPolicy.store(ids: ids, in: &row)
        return WrittenPolicy(row, "document") ?? WrittenPolicy("")
    }
}

/// One permission as AddPermission gives it.
struct FunctionPermission: Sendable {
    let statement: Fields

    init(_ input: Fields, _ resource: Text) throws(Fault) {
        let action = input.text("Action") ?? ""
        var fields: Fields = ["Sid": .string(input.text("StatementId") ?? ""), "Effect": "Allow"]
        fields.add("Principal", try Self.principal(input.text("Principal") ?? ""))
        fields.add("Action", .string(action))
        fields.add("Resource", .string(resource))
        let conditions = Self.conditions(input)
        if !conditions.isEmpty { fields.add("Condition", .structure(conditions)) }
        statement = fields
    }

    private static func principal(_ text: Text) throws(Fault) -> Document {
        if text == "*" { return "*" }
        if AccountID(text) != nil { return .structure(["AWS": .string("arn:aws:iam::\(text):root")]) }
        if ARN(text) != nil { return .structure(["AWS": .string(text)]) }
        let parts = text.split(on: 0x2E)
        guard parts.count >= 2, parts.allSatisfy({ !$0.isEmpty }), !text.utf8.contains(0x3A) else {
            throw .invalidPrincipal
        }
        return .structure(["Service": .string(text)])
    }

    private static func conditions(_ input: Fields) -> Fields {
        var equal = Fields()
        equal.add("AWS:SourceAccount", input.text("SourceAccount"))
        equal.add("lambda:EventSourceToken", input.text("EventSourceToken"))
        equal.add("aws:PrincipalOrgID", input.text("PrincipalOrgID"))
        var conditions = Fields()
        if !equal.isEmpty { conditions.add("StringEquals", .structure(equal)) }
        if let arn = input.text("SourceArn") {
            conditions.add("ArnLike", .structure(["AWS:SourceArn": .string(arn)]))
        }
        return conditions
    }
}

extension Fault {
    static let invalidPrincipal = invalidValue(
        "The provided principal was invalid. Please check the principal and try again.")
}
