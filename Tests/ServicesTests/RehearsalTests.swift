import Bytes
import Seal
import Store
import Synchronization
import TestKit
import Testing

@testable import Services

/// A rehearsal under a held clock: what it does to the copy, and that it does nothing else.
@Suite struct RehearsalTests {
    static let function: Text = "arn:aws:lambda:us-west-2:000000000001:function:undercroft-rotate-scripted"

    /// A server with users, and what makes some for a rehearsal.
    final class Users: RehearsalStage {
        let passwords = Mutex<[Text: Text]>(["app": "one"])
        let isDown = Mutex(false)
        let needsAdmin = true

        func fits(_ value: SecretBytes) -> Bool { (try? Users.fields(value))?.text("username") != nil }
        func admin(of value: SecretBytes) -> Text? { try? Users.fields(value).text("masterarn") }

        func cast(
            _ value: SecretBytes, as username: Text, _ password: SecretBytes
        ) throws(RotationFailure) -> SecretBytes {
            Users.value(username, Text(decoding: password.revealBytes()[...]))
        }

        func raise(
            _ copy: SecretBytes, like value: SecretBytes, _ admin: SecretBytes?
        ) async throws(RotationFailure) {
            guard let login = try? Users.fields(copy), let name = login.text("username"),
                let password = login.text("password"), admin?.revealBytes() == Array("root".utf8)
            else { throw RotationFailure("Wrong", "login refused") }
            passwords.withLock { $0[name] = password }
        }

        func strike(
            _ username: Text, of value: SecretBytes, _ admin: SecretBytes?
        ) async throws(RotationFailure) {
            if isDown.withLock({ $0 }) { throw RotationFailure("Unreachable", "no answer from db:5432") }
            passwords.withLock { $0[username] = nil }
        }

        static func fields(_ value: SecretBytes) throws -> Fields { try Fields(json: value.revealBytes()) }
        static func value(_ username: Text, _ password: Text) -> SecretBytes {
            let fields: Fields = ["username": .string(username), "password": .string(password)]
            return SecretBytes(fields.json)
        }
    }

    final class Scripted: NativeRotator {
        let name: Text = "undercroft-rotate-scripted"
        let summary: Text = ""
        let schema: [RotatorField] = []
        let reachesOut: Bool
        let users: Users
        let failing = Mutex<RotationStep?>(nil)
        /// Called within each step.
        let watch = Mutex<(@Sendable (RotationEvent) async -> Void)?>(nil)

        init(_ users: Users, reachesOut: Bool = true) { (self.users, self.reachesOut) = (users, reachesOut) }

        func run(_ event: RotationEvent, _ vault: any RotationVault) async throws(RotationFailure) {
            if let watch = watch.withLock({ $0 }) { await watch(event) }
            if failing.withLock({ $0 }) == event.step {
                throw RotationFailure("DatabaseDown", "no answer from db:5432")
            }
            switch event.step {
            case .create:
                guard let current = try await vault.value(stage: "AWSCURRENT"),
                    let name = try? Users.fields(current).text("username")
                else { throw RotationFailure("Wrong", "no value") }
                try await vault.put(Users.value(name, "two"))
            case .set:
                guard let pending = try await vault.value(stage: "AWSPENDING"), let new = try? Users.fields(pending),
                    let name = new.text("username"), let password = new.text("password")
                else { throw RotationFailure("Wrong", "no value") }
                let isKnown = users.passwords.withLock { passwords in
                    defer { passwords[name] = password }
                    return passwords[name] != nil
                }
                if !isKnown { throw RotationFailure("Wrong", "no such user") }
            case .test, .finish: break
            }
        }
    }

    private func world(_ rotator: Scripted) async throws -> World {
        let world = try await World(rotators: [rotator], stages: [rotator.users])
        _ = await world.send(
            "CreateSecret",
            ["Name": "master", "SecretString": "root", "ClientRequestToken": "m-00000000000000000000000000000001"])
        let policy =
            #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"secretsmanager.amazonaws.com"},"Action":"secretsmanager:GetSecretValue","Resource":"*","Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:secretsmanager:us-west-2:000000000001:secret:db-??????"}}}]}"#
        _ = await world.send("PutResourcePolicy", ["SecretId": "master", "ResourcePolicy": .string(Text(policy))])
        let value: Fields = ["username": "app", "password": "one"]
        let made = await world.send(
            "CreateSecret",
            [
                "Name": "db", "SecretString": .string(Text(decoding: value.json[...])),
                "ClientRequestToken": "first-000000000000000000000000000001",
                "Tags": .list([.structure(["Key": "team", "Value": "vault"])]),
            ])
        #expect(made.status == 200)
        return world
    }

    private func engine(_ world: World) -> RotationEngine {
        RotationEngine(house: world.house) { _ in try await Task.sleep(for: .seconds(3600)) }
    }

    private func rehearse(_ world: World, _ more: Fields = [:]) async -> Response {
        let request: Fields = [
            "SecretId": "db", "RotationLambdaARN": .string(Self.function), "AdminSecretId": "master",
        ]
        let kept = request.members.filter { more[$0.name] == nil }
        return await world.send("RehearseRotation", to: .insight, Fields(kept + more.members))
    }

    private func described(_ world: World) async -> Fields {
        await world.send("DescribeRotation", to: .insight, ["SecretId": "db"]).fields
    }

    private func attempts(_ world: World) async -> [Fields] {
        (await described(world).list("Attempts") ?? []).compactMap {
            if case .structure(let one) = $0 { one } else { nil }
        }
    }

    private func steps(_ attempt: Fields?) -> [Text] {
        (attempt?.list("Steps") ?? []).compactMap {
            if case .structure(let step) = $0 { step.text("Step") } else { nil }
        }
    }

    private func names(_ world: World) async -> [Text] {
        let all = await world.send("ListSecrets", [:]).fields.list("SecretList") ?? []
        return all.compactMap { if case .structure(let one) = $0 { one.text("Name") } else { nil } }.sorted()
    }

    private func events(_ world: World) async throws -> [Text] {
        try await world.records().compactMap { $0.text("eventName") }.filter { $0.hasPrefix("Rehearsal") }
    }

    @Test func allFourStepsRunAndNothingIsLeft() async throws {
        let rotator = Scripted(Users())
        let world = try await world(rotator)
        let before = await world.send("DescribeSecret", ["SecretId": "db"]).fields
        let seen = Mutex<[Text]>([])
        rotator.watch.withLock {
            $0 = { event in
                // Nobody else sees the copy, not even who may do everything.
                let denied = await world.send("GetSecretValue", ["SecretId": .string(event.secretARN)])
                let copy = await world.send("DescribeSecret", ["SecretId": .string(event.secretARN)]).fields
                seen.withLock {
                    $0.append("\(event.step.rawValue) \(denied.code ?? "read") \(copy.list("Tags")?.count ?? 0)")
                }
            }
        }
        let id = await rehearse(world).fields.text("RehearsalId")
        await engine(world).step()
        let denied: Text = "AccessDeniedException 1"
        #expect(seen.withLock { $0 } == RotationStep.allCases.map { "\($0.rawValue) \(denied)" })
        let attempt = await attempts(world).last
        #expect(attempt?.text("Kind") == "rehearsal" && attempt?.text("VersionId") == id)
        #expect(attempt?.text("Outcome") == "succeeded")
        #expect(
            steps(attempt) == ["prepare", "createSecret", "setSecret", "testSecret", "finishSecret", "cleanUp"])
        #expect(rotator.users.passwords.withLock { $0 } == ["app": "one"])
        #expect(await names(world) == ["db", "master"])
        var after = await world.send("DescribeSecret", ["SecretId": "db"]).fields
        // The rehearsal reads the secret.
        after.members.removeAll { $0.name == "LastAccessedDate" }
        #expect(after.json == before.json)
        #expect(try await events(world) == ["RehearsalStarted", "RehearsalSucceeded"])
        #expect(world.house.figures.prometheus().string.contains("undercroft_rehearsals_total{result=\"ok\"} 1\n"))
        #expect(await described(world)["Rehearsal"] == nil)
        await world.close()
    }

    @Test(arguments: RotationStep.allCases)
    func aFailureIsReportedOnceAndCleanedUp(step: RotationStep) async throws {
        let rotator = Scripted(Users())
        let world = try await world(rotator)
        rotator.failing.withLock { $0 = step }
        _ = await rehearse(world)
        await engine(world).step()
        world.clock.advance(days: 2)
        await engine(world).step()
        let all = await attempts(world)
        #expect(all.count == 1 && all[0].text("Outcome") == "failed")
        #expect(steps(all[0]).last == "cleanUp" && steps(all[0]).dropLast().last == step.rawValue)
        #expect(rotator.users.passwords.withLock { $0 } == ["app": "one"])
        #expect(await names(world) == ["db", "master"])
        let record = try await world.records().last { $0.text("eventName") == "RehearsalFailed" }
        let details = record?.fields("additionalEventData")
        #expect(details?.text("FunctionError") == "DatabaseDown: no answer from db:5432")
        #expect(details?.text("Step") == step.rawValue)
        await world.close()
    }

    @Test func whatCanNotBeTakenAwayIsTriedAgain() async throws {
        let rotator = Scripted(Users())
        let world = try await world(rotator)
        rotator.users.isDown.withLock { $0 = true }
        _ = await rehearse(world)
        let engine = engine(world)
        await engine.step()
        #expect(await attempts(world).count == 1)
        let left = await described(world).fields("Rehearsal")?.list("Left")?.count
        #expect(left == 2 && rotator.users.passwords.withLock { $0.count } == 2)
        #expect(await rehearse(world).code == "InvalidRequestException")
        rotator.users.isDown.withLock { $0 = false }
        world.clock.advance(milliseconds: 120_000)
        await engine.step()
        #expect(rotator.users.passwords.withLock { $0 } == ["app": "one"])
        #expect(await names(world) == ["db", "master"])
        #expect(await attempts(world).count == 1)
        #expect(await described(world)["Rehearsal"] == nil)
        await world.close()
    }

    @Test func aNodeThatDiesIsCleanedUpAfter() async throws {
        let rotator = Scripted(Users())
        let world = try await world(rotator)
        _ = await rehearse(world)
        let other = House(
            store: world.house.store, root: world.root, trail: world.house.trail, clock: world.clock.clock,
            chance: .seeded(9), log: world.log.log, node: "other", rotators: [rotator], stages: [rotator.users])
        let place = Place(account: AccountID("000000000001") ?? .none, region: World.region)
        let dead = RehearsalTurn(house: other, pause: { _ in }, key: RehearsalDuty.key("db", in: place))
        let claim = try #require(try await dead.claim())
        _ = try await Rehearsal(claim.secret, claim.run, other).prepare()
        #expect(await names(world) == ["db", claim.run.shadow, "master"])
        await engine(world).step()
        #expect(await names(world).count == 3)
        world.clock.advance(milliseconds: Lease.length)
        await engine(world).step()
        #expect(await names(world) == ["db", "master"])
        #expect(rotator.users.passwords.withLock { $0 } == ["app": "one"])
        #expect(await attempts(world).last?.text("Outcome") == "failed")
        await #expect(throws: (any Error).self) {
            try await dead.end(claim, RotationFlight(claim, node: "other", at: world.clock.now), nil)
        }
        await world.close()
    }

    @Test func aScheduleRehearsesAgainAndAgain() async throws {
        let rotator = Scripted(Users())
        let world = try await world(rotator)
        let engine = engine(world)
        #expect(await rehearse(world, ["ScheduleExpression": "rate(7 days)"]).status == 200)
        await engine.step()
        for week in 2...5 {
            world.clock.advance(days: 6)
            await engine.step()
            #expect(await attempts(world).count == week - 1)
            world.clock.advance(days: 2)
            await engine.step()
            #expect(await attempts(world).count == week)
        }
        #expect(await described(world).fields("Rehearsal")?.text("ScheduleExpression") == "rate(7 days)")
        let cancel: Fields = ["SecretId": "db", "CancelSchedule": .bool(true)]
        #expect(await world.send("RehearseRotation", to: .insight, cancel).status == 200)
        #expect(await world.send("RehearseRotation", to: .insight, cancel).code == "InvalidRequestException")
        world.clock.advance(days: 30)
        await engine.step()
        #expect(await attempts(world).count == 5)
        #expect(await rehearse(world, ["ScheduleExpression": "rate(1 minute)"]).status == 400)
        await world.close()
    }

    @Test func whatReachesOutNeedsAUserOrALentValue() async throws {
        let rotator = Scripted(Users())
        let world = try await world(rotator)
        let bare: Fields = ["SecretId": "db", "RotationLambdaARN": .string(Self.function)]
        let noAdmin = await world.send("RehearseRotation", to: .insight, bare)
        #expect(noAdmin.code == "InvalidRequestException")
        #expect(noAdmin.message?.string.contains("AdminSecretId") == true)
        _ = await world.send(
            "PutSecretValue",
            ["SecretId": "db", "SecretString": "plain", "ClientRequestToken": "b-00000000000000000000000000000001"])
        let noUsers = await rehearse(world)
        #expect(noUsers.code == "InvalidRequestException")
        #expect(noUsers.message?.string.contains("ValueFromSecretId") == true)
        // The lender's policy counts.
        let lent: Text = "lent"
        _ = await world.send(
            "CreateSecret",
            [
                "Name": .string(lent), "SecretString": #"{"username":"app","password":"one"}"#,
                "ClientRequestToken": "l-00000000000000000000000000000001",
            ])
        _ = await rehearse(world, ["ValueFromSecretId": .string(lent)])
        await engine(world).step()
        #expect(await attempts(world).last?.text("Outcome") == "failed")
        let policy =
            #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"secretsmanager.amazonaws.com"},"Action":"secretsmanager:GetSecretValue","Resource":"*"}]}"#
        _ = await world.send("PutResourcePolicy", ["SecretId": .string(lent), "ResourcePolicy": .string(Text(policy))])
        world.clock.advance(milliseconds: 1000)
        _ = await rehearse(world, ["ValueFromSecretId": .string(lent)])
        await engine(world).step()
        #expect(await attempts(world).last?.text("Outcome") == "succeeded")
        // Its login is what was rehearsed with.
        #expect(rotator.users.passwords.withLock { $0 } == ["app": "two"])
        await world.close()
    }

    @Test func whatReachesNothingIsRehearsedWithACopy() async throws {
        let users = Users()
        let world = try await world(Scripted(users, reachesOut: false))
        #expect(
            await world.send("RehearseRotation", to: .insight, ["SecretId": "db"]).code == "InvalidRequestException")
        _ = await rehearse(world)
        await engine(world).step()
        // The copy has the real user's name; a real rotator of this kind would have no server.
        #expect(await attempts(world).last?.text("Outcome") == "succeeded")
        #expect(await names(world) == ["db", "master"])
        await world.close()
    }

    @Test func theValueMayBecomeNoLoginMeanwhile() async throws {
        let rotator = Scripted(Users())
        let world = try await world(rotator)
        rotator.users.isDown.withLock { $0 = true }
        _ = await rehearse(world)
        await engine(world).step()
        #expect(await names(world).count == 3)
        rotator.users.isDown.withLock { $0 = false }
        let put: Fields = [
            "SecretId": "db", "SecretString": "no login", "ClientRequestToken": .string(world.house.chance.uuid()),
        ]
        #expect(await world.send("PutSecretValue", put).status == 200)
        world.clock.advance(milliseconds: 120_000)
        await engine(world).step()
        #expect(await names(world) == ["db", "master"])
        #expect(await described(world)["Rehearsal"] == nil)
        #expect(world.log.texts.contains { $0.string.contains("drop it") })
        await world.close()
    }

    @Test func theSecretMayGoMeanwhile() async throws {
        let rotator = Scripted(Users())
        let world = try await world(rotator)
        rotator.users.isDown.withLock { $0 = true }
        _ = await rehearse(world)
        await engine(world).step()
        _ = await world.send("DeleteSecret", ["SecretId": "db", "ForceDeleteWithoutRecovery": .bool(true)])
        world.clock.advance(milliseconds: 120_000)
        await engine(world).step()
        #expect(await names(world) == ["master"])
        #expect(world.log.texts.contains { $0.string.contains("drop it") })
        await world.close()
    }
}
