package import Bytes

/// The way from what is to what the file says.
package struct Plan: Sendable {
    package var changes: [Change] = []
    /// How many named things are as the file says.
    package var unchanged = 0
    /// What the reader should know, and nothing can be done about.
    package var notes: [Text] = []
    /// Why the plan can't be carried out. Nothing is done while there is one.
    package var problems: [Mistake] = []
    /// What is known already of what the steps refer to.
    package var bindings = Bindings()

    /// In the order in which they have to be done: by phase, and within a phase as the file has it.
    package var steps: [Step] {
        Phase.allCases.flatMap { phase in changes.flatMap { $0.steps.filter { $0.phase == phase } } }
    }
}

/// What is not as the file says about one named thing.
package struct Change: Sendable {
    package let section: Section
    /// `role deploy`
    package let subject: Text
    package let line: Int
    package let isCreation: Bool
    /// What differs, a line each.
    package private(set) var details: [Text] = []
    package private(set) var steps: [Step] = []

    init(_ section: Section, _ subject: Text, line: Int, isCreation: Bool) {
        (self.section, self.subject, self.line, self.isCreation) = (section, subject, line, isCreation)
    }

    mutating func tell(_ detail: Text) { details.append(detail) }
    mutating func tell(_ member: Text, from old: Text, to new: Text) {
        tell("\(member): \(old.isEmpty ? "none" : old) -> \(new.isEmpty ? "none" : new)")
    }

    mutating func call(
        _ phase: Phase, _ service: Service, _ operation: Text, _ input: Fields, then outcome: Outcome = .nothing
    ) {
        steps.append(
            Step(
                phase: phase, section: section, subject: subject, line: line, service: service, operation: operation,
                input: input, outcome: outcome))
    }
}

/// Everything of one phase may refer to everything of those before it.
package enum Phase: Int, Sendable, CaseIterable {
    case organization
    case units
    case accounts
    case entities
    /// Trust policies may name each other's roles.
    case trust
    case keys
    case policies
    /// Before anything is granted.
    case boundaries
    case grants
    case accessKeys
    /// Last: they could forbid what the steps before them do.
    case controlPolicies
}

package enum Service: Sendable, Equatable {
    case iam
    case kms
    case organizations
}

/// One call.
package struct Step: Sendable {
    package let phase: Phase
    package let section: Section
    package let subject: Text
    package let line: Int
    package let service: Service
    package let operation: Text
    /// May hold references.
    package let input: Fields
    package let outcome: Outcome

    package var words: Text { "\(subject): \(operation)" }
}

/// What to do with the answer.
package enum Outcome: Sendable, Equatable {
    case nothing
    /// The text at a path of members is what a reference stands for.
    case binds(Reference, [Text])
    /// An account is being made; its id comes with the status.
    case account(Section)
    /// The secret is written to a file, and nowhere else.
    case accessKey(file: Text)
}
