package import Bytes

/// Where a document is going to be used; decides which elements it must and may have.
package enum DocumentKind: Sendable, Equatable, CaseIterable {
    /// Attached to a user, group or role. No principals.
    case identity
    /// Attached to a secret, key or function. Principals required; `Resource` may be left out (then: what it is attached to).
    case resource
    /// Of a role: who may assume it. Principals required, no resource.
    case trust
    case boundary
    case session
    case scp
    /// Resource control: `Principal` is always `"*"`.
    case rcp
}

/// A policy, parsed and compiled. Immutable, so that one copy serves every request.
package struct PolicyDocument: Sendable {
    package let kind: DocumentKind
    package let id: Text?
    /// `2012-10-17`; without variables in `2008-10-17`, which is also what a document without version means.
    package let version: Text
    package let statements: [Statement]
    package let text: PolicyText

    /// Of each statement, side by side.
    let outlines: [StatementOutline]
    let matchers: [StatementMatcher]

    init(kind: DocumentKind, id: Text?, version: Text, statements: [Statement], text: PolicyText) {
        self.text = text
        self.kind = kind
        self.id = id
        self.version = version
        self.statements = statements
        outlines = statements.map { StatementOutline($0) }
        matchers = statements.map(\.matcher)
    }

    /// The same policy, whose users and roles are those that have these unique ids. Who is not among them goes by ARN.
    ///
    /// - Parameter ids: by ARN as the policy has it; of a role's session, the role's.
    package func held(to ids: [Text: Text]) -> PolicyDocument {
        guard !ids.isEmpty else { return self }
        return PolicyDocument(
            kind: kind, id: id, version: version, statements: statements.map { $0.held(to: ids) }, text: text)
    }

    /// Everyone whom it names, as often as it does.
    package var principals: [PrincipalElement] { statements.flatMap { $0.principals?.elements ?? [] } }

    /// The size limit is the caller's: it differs by kind and service.
    package static func parse(_ bytes: [UInt8], kind: DocumentKind) throws(MalformedPolicy) -> PolicyDocument {
        let document: Document
        do {
            document = try JSON.parse(bytes)
        } catch {
            throw MalformedPolicy(Text(error.reason), path: "byte \(error.offset)")
        }
        return try PolicyDocument(document, kind: kind, text: bytes)
    }
}
