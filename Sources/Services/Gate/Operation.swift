package import Bytes
package import Policy
package import Wire

/// One AWS operation. One file each; the folder listing is the table of contents of the API.
package protocol Operation: Sendable {
    associatedtype Input: Sendable
    associatedtype Output: Sendable
    /// What the call is about, looked up once, before it is authorized: existence must not show to the unauthorized.
    associatedtype Subject: Sendable

    /// AWS's own name, e.g. `GetSecretValue`.
    static var name: Text { get }
    static var api: API { get }
    static var quota: Quota { get }
    /// CloudTrail's `readOnly`.
    static var isReadOnly: Bool { get }
    /// Whether it takes well under a millisecond of the processor's time, waits not counted: then it may stay on an event loop.
    static var isBrief: Bool { get }
    /// False where the model has no output: XML answers have no `…Result` element then.
    static var hasOutput: Bool { get }
    /// True where the request itself holds the proof of who sends it: then it need not be signed.
    static var isOpen: Bool { get }
    /// Where REST protocols find it; `nil` in the others.
    static var route: Route? { get }
    static var input: Structure { get }
    /// Output members that the trail keeps as `responseElements`; `nil` records `null`.
    static var recordedOutput: Structure? { get }

    /// `fields` satisfy ``input``'s types and constraints.
    static func decode(_ fields: Fields) throws(Fault) -> Input
    static func encode(_ output: Output) -> Fields

    /// May throw ``Detour`` when something has to be loaded first.
    static func find(_ input: Input, _ call: Call) throws -> Subject

    /// Everything that the caller must be allowed to do, in the order in which a refusal is reported.
    static func asks(_ input: Input, _ subject: Subject, _ call: Call) -> [Question]

    /// CloudTrail's `resources`: KMS fills it, Secrets Manager does not.
    static func resources(_ subject: Subject) -> [RecordedResource]

    /// CloudTrail's `additionalEventData` of a call that succeeded: what its parameters do not say.
    static func additionalEventData(_ subject: Subject) -> Fields
}

extension Operation {
    package static var isReadOnly: Bool { false }
    package static var isBrief: Bool { true }
    package static var hasOutput: Bool { true }
    package static var isOpen: Bool { false }
    package static var route: Route? { nil }
    package static var recordedOutput: Structure? { nil }
    package static func resources(_ subject: Subject) -> [RecordedResource] { [] }
    package static func additionalEventData(_ subject: Subject) -> Fields { [:] }
}

/// An operation that only reads, and needs nothing but what the caches hold or a ``Detour`` can bring: it runs on the
/// event loop's own thread.
package protocol ReadOperation: Operation {
    static func answer(_ call: Authorized<Self>) throws -> Output
}

/// An operation that writes, or reads more than a row or two.
package protocol WriteOperation: Operation {
    static func run(_ call: Authorized<Self>) async throws -> Output
}

/// An operation that other services call through the gate: its input must be recordable.
package protocol NestedOperation: ReadOperation {
    /// - Parameter subject: `nil` if it was not found.
    static func parameters(_ input: Input, _ subject: Subject?) -> Fields
}

/// One thing that a caller must be allowed to do, with the policies that lie on the resource's side.
package struct Question: Sendable {
    package var action: Text { didSet { memory = nil } }
    /// The ARN that policies are matched against, or `*`.
    package var resource: Text { didSet { memory = nil } }
    /// What a refusal names: the id as the caller sent it. `nil` leaves the resource out of the text.
    package var shown: Text?
    package var owner: AccountID { didSet { memory = nil } }
    package var resourcePolicy: NamedPolicy? { didSet { memory = nil } }
    /// A KMS key policy must allow by itself or delegate to the account.
    package var isKeyPolicy: Bool { didSet { memory = nil } }
    /// A role's trust policy must allow by itself or delegate to the account.
    package var isTrustPolicy = false { didSet { memory = nil } }
    /// Who asks, if it is not whoever signed.
    package var principal: Principal? { didSet { memory = nil } }
    /// What is said instead of naming the policies that were missing.
    package var refusal: Fault?
    /// Condition keys of the service and of the resource.
    package var keys: ContextKeys
    /// What a grant would have to cover, where one counts: on a KMS key.
    package var claim: GrantClaim?
    /// Of the resource, as long as the question is about what the resource itself says: set last.
    var memory: DecisionMemory?

    package init(
        action: Text,
        resource: Text,
        shown: Text?,
        owner: AccountID,
        resourcePolicy: NamedPolicy? = nil,
        isKeyPolicy: Bool = false,
        keys: ContextKeys,
        claim: GrantClaim? = nil
    ) {
        self.action = action
        self.resource = resource
        self.shown = shown
        self.owner = owner
        self.resourcePolicy = resourcePolicy
        self.isKeyPolicy = isKeyPolicy
        self.keys = keys
        self.claim = claim
    }
}
