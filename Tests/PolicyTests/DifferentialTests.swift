import Bytes
import Oracle
import Policy
import Testing

/// The compiled engine against the naive one on random policies and requests, and the laws both must obey.
@Suite struct DifferentialTests {
    struct World {
        var layers: Layers
        var naive: NaivePolicy.Layers
    }

    static func load(_ sources: Sources) throws -> World {
        var naive = NaivePolicy.Layers()
        func both(_ policy: Sources.Policy, _ kind: DocumentKind) throws -> (NamedPolicy, Document) {
            let text = policy.text
            let document = try JSON.parse(Array(text.utf8))
            let compiled = try PolicyDocument(document, kind: kind).held(to: policy.ids)
            return (NamedPolicy(name: Text(text), document: compiled), document)
        }
        let identity = try sources.identity.map { try both($0, .identity) }
        let boundary = try sources.boundary.map { try both($0, .boundary) }.first
        let session = try sources.session?.map { try both($0, .session) }
        let resource = try sources.resource.map { try both($0, sources.isTrust ? .trust : .resource) }.first
        let service = try sources.serviceControl.map { try $0.map { try both($0, .scp) } }
        let control = try sources.resourceControl.map { try $0.map { try both($0, .rcp) } }
        naive.identity = identity.map(\.1)
        naive.boundary = boundary?.1
        naive.session = session?.map(\.1)
        naive.resource = resource?.1
        naive.resourceIDs = sources.resource.first?.ids ?? [:]
        naive.serviceControl = service.map { $0.map(\.1) }
        naive.resourceControl = control.map { $0.map(\.1) }
        naive.resourceAccount = Cast.account
        naive.isKeyPolicy = sources.isKey
        naive.isTrustPolicy = sources.isTrust
        let layers = Layers(
            identity: identity.map(\.0), boundary: boundary?.0, session: session?.map(\.0), resource: resource?.0,
            serviceControl: service.map { $0.map(\.0) }, resourceControl: control.map { $0.map(\.0) },
            resourceAccount: Cast.account, isKeyPolicy: sources.isKey, isTrustPolicy: sources.isTrust)
        return World(layers: layers, naive: naive)
    }

    static func answer(_ decision: Decision) -> NaivePolicy.Answer {
        switch decision.reason {
        case .allowed, .root: .allowed
        case .explicitDeny(let layer, _): .explicitDeny(layer)
        case .implicitDeny(let layer): .implicitDeny(layer)
        }
    }

    @Test func agreesWithTheNaiveEngine() throws {
        var seen: [String: Int] = [:]
        for seed in 0..<fuzzCount(standard: 1_500) {
            var chance = Chance(seed: UInt64(seed))
            let sources = Sources(&chance)
            let world = try Self.load(sources)
            for _ in 0..<3 {
                let ask = Vocabulary.ask(&chance)
                let expected = NaivePolicy.decide(ask, world.naive)
                let decision = decide(ask, world.layers)
                try #require(Self.answer(decision) == expected, "seed \(seed): \(ask) \(sources)")
                seen["\(expected)", default: 0] += 1
            }
        }
        // The generator must reach every way a decision can go, or agreement means little.
        for layer in PolicyLayer.allCases {
            #expect(seen["explicitDeny(Policy.PolicyLayer.\(layer))", default: 0] > 20, "\(seen)")
            #expect(seen["implicitDeny(Policy.PolicyLayer.\(layer))", default: 0] > 20, "\(seen)")
        }
        #expect(seen["allowed", default: 0] > 500, "\(seen)")
    }

    @Test func laws() throws {
        var (allowed, refused) = (0, 0)
        for seed in 0..<fuzzCount(standard: 400) {
            var chance = Chance(seed: 1_000_000 + UInt64(seed))
            var sources = Sources(&chance)
            // So that what comes later is added to a policy, not with one.
            sources.addToIdentity(Vocabulary.statement(&chance, .identity), &chance)
            sources.modernize()
            let ask = Vocabulary.ask(&chance)
            let before = decide(ask, try Self.load(sources).layers).isAllowed

            var more = sources
            more.add("Allow", &chance)
            let withAllow = decide(ask, try Self.load(more).layers).isAllowed
            try #require(!before || withAllow, "seed \(seed): an allow took something away")
            allowed += before == withAllow ? 0 : 1

            var stricter = sources
            stricter.add("Deny", &chance)
            let withDeny = decide(ask, try Self.load(stricter).layers).isAllowed
            try #require(before || !withDeny, "seed \(seed): a deny gave something")
            refused += before == withDeny ? 0 : 1

            var closed = more
            closed.addToIdentity(#"{"Effect":"Deny","Action":"*","Resource":"*"}"#, &chance)
            let decision = decide(ask, try Self.load(closed).layers)
            guard case .explicitDeny = decision.reason else {
                Issue.record("seed \(seed): deny did not override")
                return
            }
        }
        #expect(allowed > 5 && refused > 5, "\(allowed) \(refused)")
    }

    @Test func orderDoesNotMatter() throws {
        for seed in 0..<fuzzCount(standard: 400) {
            var chance = Chance(seed: 2_000_000 + UInt64(seed))
            let sources = Sources(&chance)
            var shuffled = sources
            shuffled.shuffle(&chance)
            let ask = Vocabulary.ask(&chance)
            let (a, b) = (decide(ask, try Self.load(sources).layers), decide(ask, try Self.load(shuffled).layers))
            try #require(Self.answer(a) == Self.answer(b), "seed \(seed)")
            try #require(a.consulted == b.consulted)
        }
    }

    /// The trace and the decision tell the same story.
    @Test func explanationsAgree() throws {
        for seed in 0..<fuzzCount(standard: 400) {
            var chance = Chance(seed: 3_000_000 + UInt64(seed))
            let world = try Self.load(Sources(&chance))
            let ask = Vocabulary.ask(&chance)
            let explanation = explain(ask, world.layers)
            try #require(explanation.decision == decide(ask, world.layers))
            let matched = explanation.traces.filter { $0.outcome == .matched }
            switch explanation.decision.reason {
            case .explicitDeny(_, let by): try #require(matched.first { $0.effect == .deny }?.statement == by)
            case .allowed(let by): try #require(matched.contains { $0.statement == by && $0.effect == .allow })
            case .implicitDeny, .root: break
            }
            if case .explicitDeny = explanation.decision.reason { continue }
            try #require(!matched.contains { $0.effect == .deny })
        }
    }
}
