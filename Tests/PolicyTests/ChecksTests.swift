import Bytes
import Policy
import Testing

/// The checks against the decision on random policies and requests: they must explain it, never contradict it.
@Suite struct ChecksTests {
    private static func kind(_ layer: PolicyLayer) -> AuthorizationCheck.Kind {
        switch layer {
        case .serviceControl: .serviceControl
        case .resourceControl: .resourceControl
        case .resource, .trust: .resource
        case .identity: .principal
        case .boundary: .boundary
        case .session: .session
        }
    }

    @Test func explainEveryDecision() throws {
        var (allowed, denied, silent) = (0, 0, 0)
        for seed in 0..<fuzzCount(standard: 500) {
            var chance = Chance(seed: 5_000_000 + UInt64(seed))
            let world = try DifferentialTests.load(Sources(&chance))
            let ask = Vocabulary.ask(&chance)
            let decision = decide(ask, world.layers)
            let found = checks(ask, world.layers)
            let effects = Set(found.map(\.effect))
            switch decision.reason {
            case .allowed, .root:
                allowed += 1
                try #require(effects.isDisjoint(with: [.explicitDeny, .implicitDeny]), "seed \(seed): \(found)")
            case .explicitDeny(_, let statement):
                denied += 1
                let denying = found.filter { $0.effect == .explicitDeny }.flatMap(\.matched).map(\.statement)
                try #require(denying.contains(statement), "seed \(seed): \(found)")
            case .implicitDeny(let layer):
                silent += 1
                try #require(!effects.contains(.explicitDeny), "seed \(seed): \(found)")
                let isHere = found.contains { $0.kind == Self.kind(layer) && $0.effect == .implicitDeny }
                try #require(isHere, "seed \(seed): \(decision) \(found)")
            }
            let order = found.compactMap { AuthorizationCheck.Kind.allCases.firstIndex(of: $0.kind) }
            #expect(order == order.sorted())
        }
        #expect(allowed > 20 && denied > 20 && silent > 20)
    }

    @Test func levelsHaveTargets() throws {
        let allow = NamedPolicy(
            name: "all",
            document: try .parse(
                Array(#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#.utf8), kind: .scp))
        let deny = NamedPolicy(
            name: "none",
            document: try .parse(
                Array(#"{"Statement":{"Effect":"Deny","Action":"a:B","Resource":"*"}}"#.utf8), kind: .scp))
        var layers = Layers(serviceControl: [[allow], [], [allow, deny]], resourceAccount: "000000000001")
        layers.serviceControlTargets = ["r-root", "ou-unit", "000000000001"]
        let user = Principal(account: "000000000001", arn: "arn:aws:iam::000000000001:user/u", kind: .user)
        let found = checks(Ask(action: "a:B", resource: "*", principal: user), layers)
        #expect(found.map(\.target) == ["r-root", "ou-unit", "000000000001", nil])
        #expect(found.map(\.effect) == [.allow, .implicitDeny, .explicitDeny, .implicitDeny])
        #expect(found[2].matched.map(\.statement.policy) == ["all", "none"])
        #expect(layers.policies.map(\.target) == ["r-root", "000000000001", "000000000001"])
    }

    @Test func documentsKeepTheirText() throws {
        let text = Array("{ \"Statement\":\n{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}}".utf8)
        let document = try PolicyDocument.parse(text, kind: .identity)
        #expect(document.text.bytes == text)
        #expect(document.text == PolicyText(text) && document.text != PolicyText([]))
        var made = 0
        for _ in 0..<3 {
            #expect(
                document.text.digest { _ in
                    made += 1; return "d"
                } == "d")
        }
        #expect(made == 1)
    }
}
