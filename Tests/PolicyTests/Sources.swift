import Bytes

/// The JSON of every policy around one decision.
struct Sources {
    struct Policy {
        var head: String
        var statements: [String]
        var shape: Vocabulary.Shape
        /// Unique ids that it is held to, by ARN.
        var ids: [Text: Text] = [:]

        var text: String { #"{\#(head)"Statement":[\#(statements.joined(separator: ","))]}"# }

        /// - Parameter openIn: percent of policies that allow everything, so that later layers are reached.
        init(_ chance: inout Chance, _ shape: Vocabulary.Shape, openIn percent: Int = 10) {
            self.shape = shape
            let isNew = chance.often(85)
            statements = (0...chance.below(3)).map { _ in Vocabulary.statement(&chance, shape) }
            // Without variables these values are no ARN and no boolean, and the policy would be refused.
            let needsVariables = statements.contains {
                $0.contains(#""${aws:PrincipalArn}""#) || $0.contains("${aws:SecureTransport}")
            }
            head = isNew || needsVariables ? #""Version":"2012-10-17","# : ""
            if shape == .resource || shape == .trust, chance.often(60) { ids = Vocabulary.ids(&chance) }
            guard chance.often(percent) else { return }
            let principal = shape == .identity ? "" : #""Principal":"*","#
            let resource = shape == .trust ? "" : #","Resource":"*""#
            statements.append(#"{"Effect":"Allow",\#(principal)"Action":"*"\#(resource)}"#)
        }
    }

    var identity: [Policy] = []
    var boundary: [Policy] = []
    var session: [Policy]?
    var resource: [Policy] = []
    var serviceControl: [[Policy]] = []
    var resourceControl: [[Policy]] = []
    var isKey = false
    var isTrust = false

    init(_ chance: inout Chance) {
        isTrust = chance.often(15)
        isKey = !isTrust && chance.often(15)
        identity = (0..<chance.below(3)).map { _ in Policy(&chance, .identity) }
        if chance.often(20) { boundary = [Policy(&chance, .identity, openIn: 40)] }
        if chance.often(25) { session = (0..<chance.below(3)).map { _ in Policy(&chance, .identity, openIn: 40) } }
        if chance.often(60) { resource = [Policy(&chance, isTrust ? .trust : .resource)] }
        if chance.often(20) {
            serviceControl = (0...chance.below(2)).map { _ in
                (0...chance.below(2)).map { _ in Policy(&chance, .identity, openIn: 60) }
            }
        }
        if chance.often(15) {
            resourceControl = [(0...chance.below(2)).map { _ in Policy(&chance, .control, openIn: 60) }]
        }
    }

    private mutating func change(_ body: (inout [Policy]) -> Void) {
        body(&identity)
        body(&boundary)
        if var some = session {
            body(&some)
            session = some
        }
        body(&resource)
        for index in serviceControl.indices { body(&serviceControl[index]) }
        for index in resourceControl.indices { body(&resourceControl[index]) }
    }

    /// Statements added later may need variables, so `laws` starts from policies of the new version.
    mutating func modernize() {
        change { policies in
            for index in policies.indices { policies[index].head = #""Version":"2012-10-17","# }
        }
    }

    /// A random statement of that effect in a third of the policies, and always in one.
    mutating func add(_ effect: String, _ chance: inout Chance) {
        identity[0].statements.append(Vocabulary.statement(&chance, .identity, effect: effect))
        change { policies in
            for index in policies.indices where chance.often(33) {
                policies[index].statements.append(Vocabulary.statement(&chance, policies[index].shape, effect: effect))
            }
        }
    }

    mutating func addToIdentity(_ statement: String, _ chance: inout Chance) {
        if identity.isEmpty { identity = [Policy(&chance, .identity)] }
        identity[identity.count - 1].statements.append(statement)
    }

    mutating func shuffle(_ chance: inout Chance) {
        change { policies in
            policies.shuffle(using: &chance)
            for index in policies.indices { policies[index].statements.shuffle(using: &chance) }
        }
    }
}
