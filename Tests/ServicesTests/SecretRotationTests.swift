import Bytes
import Seal
import Store
import Synchronization
import TestKit
import Testing

@testable import Services

/// Rotation from RotateSecret to the moved label, under a held clock.
@Suite struct SecretRotationTests {
    static let function: Text = "arn:aws:lambda:us-west-2:000000000001:function:undercroft-rotate-scripted"
    static let token: Text = "rotation-00000000000000000000000000000001"

    /// Takes the steps as a database's rotator would, with a variable for the database.
    final class Scripted: NativeRotator {
        let name: Text = "undercroft-rotate-scripted"
        let summary: Text = ""
        let schema: [RotatorField] = []
        let steps = Mutex<[RotationStep]>([])
        let failing = Mutex<RotationStep?>(nil)
        let database = Mutex<Text>("one")
        let made = Mutex(0)

        func run(_ event: RotationEvent, _ vault: any RotationVault) async throws(RotationFailure) {
            steps.withLock { $0.append(event.step) }
            if failing.withLock({ $0 }) == event.step {
                throw RotationFailure("DatabaseDown", "no answer from db:5432")
            }
            switch event.step {
            case .create:
                guard try await vault.value(stage: "AWSPENDING") == nil else { return }
                let number = made.withLock { made in
                    made += 1
                    return made
                }
                try await vault.put(SecretBytes(Array("new \(number)".utf8)))
            case .set:
                let pending = try await vault.value(stage: "AWSPENDING").map { Text(decoding: $0.revealBytes()[...]) }
                database.withLock { $0 = pending ?? "?" }
            case .test:
                let pending = try await vault.value(stage: "AWSPENDING").map { Text(decoding: $0.revealBytes()[...]) }
                guard pending == database.withLock({ $0 }) else { throw RotationFailure("Wrong", "login refused") }
            case .finish: break
            }
        }
    }

    private func world(_ rotator: Scripted, _ functions: any FunctionDoor = Functions.Door()) async throws -> World {
        let world = try await World(rotators: [rotator], functions: functions)
        let made = await world.send(
            "CreateSecret",
            ["Name": "db", "SecretString": "one", "ClientRequestToken": "first-000000000000000000000000000001"])
        #expect(made.status == 200)
        return world
    }

    private func engine(_ world: World) -> RotationEngine {
        RotationEngine(house: world.house) { _ in try await Task.sleep(for: .seconds(3600)) }
    }

    private func rotate(_ world: World, _ more: Fields = [:]) async -> Response {
        let request: Fields = [
            "SecretId": "db", "ClientRequestToken": .string(Self.token), "RotationLambdaARN": .string(Self.function),
            "RotationRules": .structure(["AutomaticallyAfterDays": .integer(30)]),
        ]
        let kept = request.members.filter { more[$0.name] == nil }
        return await world.send("RotateSecret", Fields(kept + more.members))
    }

    private func value(_ world: World, _ stage: Text = "AWSCURRENT") async -> Text? {
        let answer = await world.send("GetSecretValue", ["SecretId": "db", "VersionStage": .string(stage)])
        return answer.fields.text("SecretString") ?? answer.code
    }

    private func stages(_ world: World) async -> [Text: [Text]] {
        let shown = await world.send("DescribeSecret", ["SecretId": "db"]).fields.fields("VersionIdsToStages")
        return (shown?.members ?? []).reduce(into: [:]) { all, member in
            if case .list(let labels) = member.value {
                all[member.name] = labels.compactMap { if case .string(let text) = $0 { text } else { nil } }
            }
        }
    }

    private func events(_ world: World) async throws -> [Text] {
        try await world.records().compactMap { $0.text("eventName") }.filter { $0.string.contains("Rotation") }
    }

    @Test func aRotationReservesAVersionAndBringsItForward() async throws {
        let rotator = Scripted()
        let world = try await world(rotator)
        let answer = await rotate(world)
        #expect(answer.status == 200 && answer.fields.text("VersionId") == Self.token)
        #expect(await stages(world)[Self.token] == ["AWSPENDING"])
        #expect(await value(world, "AWSPENDING") == "ResourceNotFoundException")
        await engine(world).step()
        #expect(await value(world) == "new 1")
        #expect(await value(world, "AWSPREVIOUS") == "one")
        #expect(await stages(world)[Self.token] == ["AWSCURRENT"])
        #expect(rotator.steps.withLock { $0 } == [.create, .set, .test, .finish])
        let shown = await world.send("DescribeSecret", ["SecretId": "db"]).fields
        #expect(shown.bool("RotationEnabled") == true)
        #expect(shown.text("RotationLambdaARN") == Self.function)
        #expect(shown["LastRotatedDate"] != nil && shown["NextRotationDate"] != nil)
        #expect(try await events(world) == ["RotationStarted", "RotationSucceeded"])
        await world.close()
    }

    /// The engine's pause lasts an hour here: the second rotation finds it waiting.
    @Test(.timeLimit(.minutes(1))) func whatIsAskedForNowDoesNotWaitForTheNextLook() async throws {
        let world = try await world(Scripted())
        let engine = engine(world)
        await withTaskGroup { group in
            group.addTask { await engine.run() }
            for number in 1...2 {
                let token: Text = "rotation-0000000000000000000000000000000\(number)"
                #expect(await rotate(world, ["ClientRequestToken": .string(token)]).status == 200)
                while await value(world) != "new \(number)" { await Task.yield() }
            }
            group.cancelAll()
        }
        await world.close()
    }

    @Test(arguments: [RotationStep.create, .set, .test])
    func aFailureIsLoudAndRetriedWithTheSameVersion(step: RotationStep) async throws {
        let rotator = Scripted()
        let world = try await world(rotator)
        rotator.failing.withLock { $0 = step }
        _ = await rotate(world)
        let engine = engine(world)
        await engine.step()
        #expect(await value(world) == "one")
        #expect(await stages(world)[Self.token] == ["AWSPENDING"])
        let again = await rotate(world, ["ClientRequestToken": "another-0000000000000000000000000000001"])
        #expect(again.code == "InvalidRequestException")
        #expect(again.message == "A previous rotation isn't complete. That rotation will be reattempted.")
        let record = try await world.records().last { $0.text("eventName") == "RotationFailed" }
        #expect(
            record?.text("errorMessage")
                == "Error when executing lambda \(Self.function) during \(step.rawValue) step")
        #expect(record?.fields("additionalEventData")?.text("FunctionError") == "DatabaseDown: no answer from db:5432")
        // Not before its time.
        world.clock.advance(milliseconds: 119_000)
        let before = rotator.steps.withLock { $0.count }
        await engine.step()
        #expect(rotator.steps.withLock { $0.count } == before)
        rotator.failing.withLock { $0 = nil }
        world.clock.advance(milliseconds: 1_000)
        await engine.step()
        #expect(await value(world) == "new 1")
        #expect(rotator.made.withLock { $0 } == 1)
        #expect(await stages(world)[Self.token] == ["AWSCURRENT"])
        await world.close()
    }

    /// Waits in its first step until somebody opens it.
    final class Slow: NativeRotator {
        let name: Text = "undercroft-rotate-slow"
        let summary: Text = ""
        let schema: [RotatorField] = []
        let isOpen = Mutex(false)

        func run(_ event: RotationEvent, _ vault: any RotationVault) async throws(RotationFailure) {
            while event.step == .create, !isOpen.withLock({ $0 }), !Task.isCancelled { await Task.yield() }
            guard event.step == .create, try await vault.value(stage: "AWSPENDING") == nil else { return }
            try await vault.put(SecretBytes(Array("new".utf8)))
        }
    }

    @Test(.timeLimit(.minutes(1))) func aCrowdOfOneFunctionDoesNotHideTheOthers() async throws {
        let (slow, rotator) = (Slow(), Scripted())
        let world = try await World(rotators: [slow, rotator])
        func rotate(_ name: Text, _ function: Text) async {
            let token: Text = "token-0000000000000000000000000000-\(name)"
            _ = await world.send(
                "CreateSecret", ["Name": .string(name), "SecretString": "one", "ClientRequestToken": .string(token)])
            let answer = await world.send(
                "RotateSecret",
                [
                    "SecretId": .string(name), "ClientRequestToken": .string("\(token)-next"),
                    "RotationLambdaARN": .string("arn:aws:lambda:us-west-2:000000000001:function:\(function)"),
                ])
            #expect(answer.status == 200)
        }
        for number in 0..<80 { await rotate("slow\(number)", slow.name) }
        world.clock.advance(milliseconds: 1)
        await rotate("db", rotator.name)
        let engine = engine(world)
        async let all: Void = engine.step()
        while await value(world) != "new 1", !Task.isCancelled { await Task.yield() }
        slow.isOpen.withLock { $0 = true }
        await all
        await world.close()
    }

    @Test func theScheduleRotatesAndANewValueByHandCounts() async throws {
        let rotator = Scripted()
        let world = try await world(rotator)
        let engine = engine(world)
        _ = await rotate(world)
        await engine.step()
        for number in 2...13 {
            world.clock.advance(days: 29)
            await engine.step()
            #expect(await value(world) == "new \(number - 1)")
            world.clock.advance(days: 2)
            await engine.step()
            #expect(await value(world) == "new \(number)")
        }
        world.clock.advance(days: 20)
        _ = await world.send(
            "PutSecretValue",
            ["SecretId": "db", "SecretString": "mine", "ClientRequestToken": "hand-0000000000000000000000000000000001"])
        world.clock.advance(days: 25)
        await engine.step()
        #expect(await value(world) == "mine")
        world.clock.advance(days: 6)
        await engine.step()
        #expect(await value(world) == "new 14")
        await world.close()
    }

    @Test func aNewValueByHandAbandonsARotation() async throws {
        let rotator = Scripted()
        let world = try await world(rotator)
        rotator.failing.withLock { $0 = .set }
        _ = await rotate(world)
        let engine = engine(world)
        await engine.step()
        _ = await world.send(
            "PutSecretValue",
            ["SecretId": "db", "SecretString": "mine", "ClientRequestToken": "hand-0000000000000000000000000000000001"])
        #expect(await value(world, "AWSPENDING") == "ResourceNotFoundException")
        #expect(try await events(world).last == "RotationAbandoned")
        rotator.failing.withLock { $0 = nil }
        world.clock.advance(days: 1)
        await engine.step()
        #expect(await value(world) == "mine")
        await world.close()
    }

    @Test func cancellingStopsAtOnceAndLeavesTheLabel() async throws {
        let rotator = Scripted()
        let world = try await world(rotator)
        #expect(await world.send("CancelRotateSecret", ["SecretId": "db"]).code == "InvalidRequestException")
        rotator.failing.withLock { $0 = .test }
        _ = await rotate(world)
        let engine = engine(world)
        await engine.step()
        let cancelled = await world.send("CancelRotateSecret", ["SecretId": "db"])
        #expect(cancelled.fields.text("VersionId") == Self.token)
        #expect(await stages(world)[Self.token] == ["AWSPENDING"])
        let shown = await world.send("DescribeSecret", ["SecretId": "db"]).fields
        #expect(shown.bool("RotationEnabled") == false && shown["NextRotationDate"] == nil)
        rotator.failing.withLock { $0 = nil }
        world.clock.advance(days: 60)
        await engine.step()
        #expect(await value(world) == "one")
        await world.close()
    }

    @Test func notImmediatelyOnlyTestsACopyOfTheCurrentValue() async throws {
        let rotator = Scripted()
        let world = try await world(rotator)
        _ = await rotate(world, ["RotateImmediately": .bool(false)])
        await engine(world).step()
        #expect(rotator.steps.withLock { $0 } == [.test])
        #expect(await value(world) == "one")
        #expect(await stages(world) == ["first-000000000000000000000000000001": ["AWSCURRENT"]])
        #expect(try await events(world) == ["TestRotationStarted", "TestRotationSucceeded"])
        world.clock.advance(days: 31)
        await engine(world).step()
        #expect(await value(world) == "new 1")
        await world.close()
    }

    @Test func aFunctionThatMayNotBeInvokedLeavesNoTrace() async throws {
        let world = try await world(Scripted())
        let refused = await rotate(
            world, ["RotationLambdaARN": "arn:aws:lambda:us-west-2:000000000001:function:mine"])
        #expect(refused.code == "AccessDeniedException")
        #expect(
            refused.message
                == "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to the principal secretsmanager.amazonaws.com."
        )
        let shown = await world.send("DescribeSecret", ["SecretId": "db"]).fields
        #expect(shown["RotationEnabled"] == nil && shown["RotationRules"] == nil)
        let bare = await world.send(
            "RotateSecret", ["SecretId": "db", "ClientRequestToken": .string(Self.token)])
        #expect(bare.message == "No Lambda rotation function ARN is associated with this secret.")
        await world.close()
    }

    /// A store that two nodes share, as each of them sees it.
    private func other(_ world: World) -> House {
        House(
            store: world.house.store, root: world.root, trail: world.house.trail, clock: world.clock.clock,
            chance: .seeded(9), log: world.log.log, node: "other", rotators: world.house.rotators)
    }

    private var key: ItemKey {
        RotationDuty.key("db", in: Place(account: AccountID("000000000001") ?? .none, region: World.region))
    }

    @Test func aNodeThatDiesIsSucceededAndCanNotComeBack() async throws {
        let rotator = Scripted()
        let world = try await world(rotator)
        _ = await rotate(world)
        let dead = RotationTurn(house: other(world), pause: { _ in }, key: key)
        let claim = try #require(try await dead.claim())
        // It has the secret to itself as long as its lease lasts.
        await engine(world).step()
        #expect(rotator.steps.withLock { $0 }.isEmpty)
        world.clock.advance(milliseconds: Lease.length)
        await engine(world).step()
        #expect(await value(world) == "new 1")
        #expect(await stages(world)[Self.token] == ["AWSCURRENT"])
        var flight = RotationFlight(claim, node: "other", at: world.clock.now)
        await #expect(throws: (any Error).self) { try await dead.fail(claim, &flight, retryAt: world.clock.now) }
        #expect(try await events(world) == ["RotationStarted", "RotationSucceeded"])
        await world.close()
    }

    @Test func aNodeThatStartsAgainGoesOnAtOnce() async throws {
        let rotator = Scripted()
        let world = try await world(rotator)
        _ = await rotate(world)
        _ = try #require(try await RotationTurn(house: world.house, pause: { _ in }, key: key).claim())
        await engine(world).step()
        #expect(await value(world) == "new 1")
        #expect(await stages(world)[Self.token] == ["AWSCURRENT"])
        await world.close()
    }

    @Test func aMasterSecretIsReadOnlyIfItsOwnPolicyLetsIt() async throws {
        let world = try await world(Scripted())
        let own = await world.send("DescribeSecret", ["SecretId": "db"]).fields.text("ARN") ?? ""
        let master =
            await world.send(
                "CreateSecret",
                ["Name": "master", "SecretString": "root", "ClientRequestToken": "m-00000000000000000000000000000001"]
            ).fields.text("ARN") ?? ""
        let place = Place(account: AccountID("000000000001") ?? .none, region: World.region)
        let mandate = try Mandate(secretARN: own, account: place.account)
        let vault = ServiceVault(own, token: Self.token, mandate, in: place, world.house)
        await #expect(throws: RotationFailure.self) { try await vault.value(of: master) }
        func allow(_ source: Text) async {
            let policy =
                #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"secretsmanager.amazonaws.com"},"Action":"secretsmanager:GetSecretValue","Resource":"*","Condition":{"ArnEquals":{"aws:SourceArn":"\#(source)"}}}]}"#
            let answer = await world.send(
                "PutResourcePolicy", ["SecretId": "master", "ResourcePolicy": .string(Text(policy))])
            #expect(answer.status == 200)
        }
        await allow("arn:aws:secretsmanager:us-west-2:000000000001:secret:other-abcdef")
        await #expect(throws: RotationFailure.self) { try await vault.value(of: master) }
        await allow(own)
        let got = try await vault.value(of: master)
        #expect(got.revealBytes() == Array("root".utf8))
        await world.close()
    }
}
