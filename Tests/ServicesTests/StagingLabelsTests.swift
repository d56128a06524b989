import Bytes
import TestKit
import Testing

@testable import Services

/// The worked sequences of specification 1.3.2, recorded from AWS.
@Suite struct StagingLabelsTests {
    enum Step: Sendable {
        case put([Text], Text)
        case move(Text, to: Text)
        case remove(Text)
    }

    struct Case: Sendable, CustomStringConvertible {
        let name: String
        let steps: [Step]
        let expected: [Text: [Text]]
        var description: String { name }
    }

    static let cases = [
        Case(name: "create", steps: [.put(["AWSCURRENT"], "1")], expected: ["1": ["AWSCURRENT"]]),
        Case(
            name: "the first version is current whatever was asked for (S1)",
            steps: [.put(["MINE"], "1")],
            expected: ["1": ["AWSCURRENT", "MINE"]]
        ),
        Case(
            name: "current moves, previous follows (S5)",
            steps: [.put(["AWSCURRENT"], "1"), .put(["AWSCURRENT"], "2")],
            expected: ["1": ["AWSPREVIOUS"], "2": ["AWSCURRENT"]]
        ),
        Case(
            name: "the one before loses its last label (S6)",
            steps: [.put(["AWSCURRENT"], "1"), .put(["AWSCURRENT"], "2"), .put(["AWSCURRENT"], "3")],
            expected: ["2": ["AWSPREVIOUS"], "3": ["AWSCURRENT"]]
        ),
        Case(
            name: "only the named labels move (S4)",
            steps: [.put(["AWSCURRENT"], "1"), .put(["AWSPENDING"], "2"), .put(["AWSPENDING"], "3")],
            expected: ["1": ["AWSCURRENT"], "3": ["AWSPENDING"]]
        ),
        Case(
            name: "custom_stages_2",
            steps: [
                .put(["AWSCURRENT"], "1"), .put(["AWSCURRENT", "PUT0"], "2"), .put(["AWSPENDING", "PUT1"], "3"),
                .move("AWSCURRENT", to: "3"), .put(["AWSPENDING", "PUT2"], "4"), .move("AWSCURRENT", to: "4"),
            ],
            expected: [
                "2": ["PUT0"], "3": ["AWSPREVIOUS", "PUT1"], "4": ["AWSCURRENT", "AWSPENDING", "PUT2"],
            ]
        ),
        Case(
            name: "current_pending: a new current version ends the rotation on the old one (S8, S9)",
            steps: [
                .put(["AWSCURRENT"], "1"), .put(["AWSPENDING"], "2"), .move("AWSCURRENT", to: "2"),
                .put(["AWSCURRENT"], "3"),
            ],
            expected: ["2": ["AWSPREVIOUS"], "3": ["AWSCURRENT"]]
        ),
        Case(
            name: "rollback swaps current and previous",
            steps: [.put(["AWSCURRENT"], "1"), .put(["AWSCURRENT"], "2"), .move("AWSCURRENT", to: "1")],
            expected: ["1": ["AWSCURRENT"], "2": ["AWSPREVIOUS"]]
        ),
        Case(
            name: "a label can be removed (S11)",
            steps: [.put(["AWSCURRENT", "MINE"], "1"), .remove("MINE")],
            expected: ["1": ["AWSCURRENT"]]
        ),
    ]

    @Test(arguments: cases) func sequence(_ one: Case) {
        var labels = StagingLabels()
        for step in one.steps {
            switch step {
            case .put(let stages, let version): labels.attach(stages, toNew: version)
            case .move(let label, let version): labels.move(label, to: version)
            case .remove(let label): labels.remove(label)
            }
        }
        let found = Dictionary(uniqueKeysWithValues: labels.byVersion.map { ($0.version, $0.labels) })
        #expect(found == one.expected)
    }

    /// Whatever happens, a label is on one version, current is never lost, and previous is never current.
    @Test func invariantsHoldForRandomSteps() {
        let chance = Chance.seeded(11)
        let names: [Text] = ["AWSCURRENT", "AWSPENDING", "AWSPREVIOUS", "A", "B"]
        var labels = StagingLabels()
        labels.attach(["AWSCURRENT"], toNew: "0")
        for step in 1...2000 {
            let label = names[chance.number(below: names.count)]
            if chance.number(below: 2) == 0 {
                labels.attach([label], toNew: "\(step)")
            } else {
                labels.move(label, to: "\(max(0, step - 1 - chance.number(below: 3)))")
            }
            #expect(Set(labels.pairs.map(\.label)).count == labels.pairs.count)
            #expect(labels["AWSCURRENT"] != nil)
        }
    }
}
