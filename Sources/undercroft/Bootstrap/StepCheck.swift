import Bootstrap
import Bytes
import Services
import Wire

/// Holds what a file says against the constraints of the operations that would make it, before any server is asked.
enum StepCheck {
    /// As if nothing were there, so that every member is in some step.
    static func problems(in manifest: Manifest) -> [Mistake] {
        problems(in: Plan(for: manifest, observed: Observed(callerAccount: Placeholders.account)))
            .sorted { $0.line < $1.line }
    }

    private static func problems(in plan: Plan) -> [Mistake] {
        plan.steps.flatMap { step -> [Mistake] in
            let entry = Catalog.all.entries.first { $0.name == step.operation && $0.api.name == step.service.api.name }
            guard let entry else { return [] }
            return entry.input.violations(in: Placeholders.filled(step.input, in: step.section)).map { violation in
                Mistake(line: step.line, reason: "\(step.subject): \(violation)")
            }
        }
    }
}
