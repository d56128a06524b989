import Bytes
import Store
import Synchronization
import TestKit
import Testing

@testable import Services

/// A schedule that waits for the secret's readers, under a held clock.
@Suite struct RotationWaitTests {
    private static let tag: Text = "undercroft:wait-for-convergence"
    private static let policy: Text =
        #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"secretsmanager:*","Resource":"*"}]}"#
    private static let place = Place(account: AccountID("000000000001") ?? .none, region: World.region)
    private static let day: Int64 = 86_400_000

    private struct Scene {
        let world: World
        let rotator: SecretRotationTests.Scripted
        let engine: RotationEngine
        let first: Signatory
        let second: Signatory

        /// What is due is done; how many values the rotator has made by then.
        func step(after milliseconds: Int64 = 0) async -> Int {
            world.clock.advance(milliseconds: milliseconds)
            await engine.step()
            return rotator.made.withLock { $0 }
        }

        /// At ten in the evening of the thirtieth day: what is due that day is, and a day's wait for it is not over.
        func stepWhenDue() async -> Int {
            let now = world.clock.now
            return await step(after: now.day.milliseconds + 30 * day + 22 * 3_600_000 - now.milliseconds)
        }

        @discardableResult
        func read(_ who: Signatory, _ more: Fields = [:]) async -> Text? {
            let input = Fields([Fields.Member(name: "SecretId", value: "db")] + more.members)
            let answer = await world.send("GetSecretValue", input, as: who)
            return answer.fields.text("SecretString") ?? answer.code
        }

        func shown() async -> Fields {
            await world.send("DescribeRotation", to: .insight, ["SecretId": "db"]).fields
        }

        /// Their names, with a star on those who are behind.
        func readers() async -> [Text] {
            (await shown().list("Readers") ?? []).compactMap { document -> Text? in
                guard case .structure(let reader) = document, let who = reader.text("Principal") else { return nil }
                return "\(who.split(on: 0x2F).last ?? "")\(reader.bool("IsBehind") == true ? "*" : "")"
            }
        }

        func events() async throws -> [Text] {
            try await world.records().compactMap { $0.text("eventName") }
                .filter { $0.hasPrefix("Rotation") }
        }

        /// Of the rows in which readers are noted, in the order of their names.
        func revisions() async throws -> [Int64] {
            let rows = try await world.house.store.read {
                try $0.items(place, kind: SecretReader.kind, link: "db", limit: 2000)
            }
            return rows.map(\.rev)
        }
    }

    /// A secret that waits a day, once rotated; both users have read it before that.
    private func inScene(_ body: (Scene) async throws -> Void) async throws {
        let rotator = SecretRotationTests.Scripted()
        let world = try await World(rotators: [rotator])
        let scene = Scene(
            world: world, rotator: rotator,
            engine: RotationEngine(house: world.house) { _ in try await Task.sleep(for: .seconds(3600)) },
            first: try await world.user("first", policy: Self.policy),
            second: try await world.user("second", policy: Self.policy))
        let made = await world.send(
            "CreateSecret",
            [
                "Name": "db", "SecretString": "one", "ClientRequestToken": "first-000000000000000000000000000001",
                "Tags": .list([.structure(["Key": .string(Self.tag), "Value": "24h"])]),
            ])
        #expect(made.status == 200)
        #expect(await scene.read(scene.first) == "one")
        #expect(await scene.read(scene.second) == "one")
        // By hand: nobody is waited for.
        #expect(await rotate(scene).status == 200)
        #expect(await scene.step() == 1)
        try await body(scene)
        await world.close()
    }

    private func rotate(_ scene: Scene, _ number: Int = 1) async -> Response {
        await scene.world.send(
            "RotateSecret",
            [
                "SecretId": "db", "ClientRequestToken": .string("rotation-0000000000000000000000000000000\(number)"),
                "RotationLambdaARN": .string(SecretRotationTests.function),
                "RotationRules": .structure(["AutomaticallyAfterDays": .integer(30)]),
            ])
    }

    @Test func theScheduleWaitsUntilAllHaveReadTheCurrentVersion() async throws {
        try await inScene { scene async throws in
            #expect(await scene.readers() == ["first*", "second*"])
            #expect(await scene.read(scene.first) == "new 1")
            #expect(await scene.readers() == ["second*", "first"])
            #expect(await scene.shown()["WaitsUntil"] == nil)
            #expect(await scene.stepWhenDue() == 1)
            #expect(await scene.step(after: 60_000) == 1)
            #expect(await scene.step(after: 3_600_000) == 1)
            #expect(try await scene.events() == ["RotationStarted", "RotationSucceeded", "RotationDeferred"])
            let record = try await scene.world.records().last { $0.text("eventName") == "RotationDeferred" }
            #expect(record?.fields("additionalEventData")?.integer("PrincipalsBehind") == 1)
            #expect(await scene.shown()["WaitsUntil"] != nil)
            #expect(await scene.read(scene.second) == "new 1")
            #expect(await scene.step(after: 60_000) == 2)
            #expect(await scene.read(scene.first) == "new 2")
        }
    }

    @Test func atTheDeadlineItBegins() async throws {
        try await inScene { scene async throws in
            #expect(await scene.stepWhenDue() == 1)
            guard case .number(let end)? = await scene.shown()["WaitsUntil"] else {
                Issue.record("it does not say until when")
                return
            }
            let left = Int64((end * 1000).rounded()) - scene.world.clock.now.milliseconds
            #expect(left > 0 && left <= Self.day)
            #expect(await scene.step(after: left - 1) == 1)
            #expect(await scene.step(after: 1) == 2)
            #expect(try await scene.events().filter { $0 == "RotationDeferred" }.count == 1)
            // The next wait is another one.
            await scene.read(scene.first)
            #expect(await rotate(scene, 2).status == 200)
            #expect(await scene.step() == 3)
            #expect(await scene.stepWhenDue() == 3)
            #expect(try await scene.events().filter { $0 == "RotationDeferred" }.count == 2)
        }
    }

    @Test func whoAsksByHandMeansNow() async throws {
        try await inScene { scene async throws in
            #expect(await scene.stepWhenDue() == 1)
            #expect(await rotate(scene, 2).status == 200)
            #expect(await scene.step() == 2)
        }
    }

    @Test func withoutTheTagNothingIsNotedAndNothingWaits() async throws {
        try await inScene { scene async throws in
            #expect(try await scene.revisions().count == 2)
            let untagged = await scene.world.send(
                "UntagResource", ["SecretId": "db", "TagKeys": .list([.string(Self.tag)])])
            #expect(untagged.status == 200)
            await scene.read(scene.first)
            #expect(try await scene.revisions().isEmpty)
            #expect(await scene.shown().list("Readers") == nil)
            #expect(await scene.stepWhenDue() == 2)
        }
    }

    @Test func laterReadsOfADayWriteNothing() async throws {
        try await inScene { scene async throws in
            for _ in 0..<6 { await scene.read(scene.first) }
            // Inserted before the rotation, updated after it.
            #expect(try await scene.revisions() == [2, 1])
            scene.world.clock.advance(days: 1)
            for _ in 0..<6 { await scene.read(scene.first) }
            #expect(try await scene.revisions() == [3, 1])
            // A prepared answer does not outlive the version that it was noted for.
            #expect(await rotate(scene, 2).status == 200)
            #expect(await scene.step() == 2)
            #expect(await scene.readers() == ["first*", "second*"])
            #expect(await scene.read(scene.first) == "new 2")
            #expect(await scene.readers() == ["second*", "first"])
        }
    }

    @Test func batchesReadToo() async throws {
        try await inScene { scene async throws in
            let batch = await scene.world.send(
                "BatchGetSecretValue", ["SecretIdList": .list(["db"])], as: scene.second)
            #expect(batch.status == 200)
            #expect(await scene.readers() == ["first*", "second"])
        }
    }

    @Test func readersAreForgottenWithTheirSecret() async throws {
        try await inScene { scene async throws in
            let gone = await scene.world.send(
                "DeleteSecret", ["SecretId": "db", "ForceDeleteWithoutRecovery": .bool(true)])
            #expect(gone.status == 200)
            #expect(try await scene.revisions().isEmpty)
        }
    }

    @Test func whoWasNotSeenAMonthBeforeTheRotationIsGone() async throws {
        try await inScene { scene async throws in
            await scene.read(scene.first)
            #expect(await scene.stepWhenDue() == 1)
            await scene.read(scene.first)
            #expect(await scene.step(after: Self.day) == 2)
            // `second` has missed two rotations, the later one a month after its last read.
            #expect(await scene.readers() == ["first*"])
            await scene.read(scene.first)
            #expect(await scene.stepWhenDue() == 3)
            #expect(try await scene.revisions().count == 1)
        }
    }

    @Test func aThousandReadersAreKept() async throws {
        try await inScene { scene async throws in
            try await scene.world.house.store.write { transaction in
                for number in 0..<(SecretReader.most - 2) {
                    let principal: Text = "arn:aws:sts::000000000001:assumed-role/old/\(number)"
                    let body: Fields = [
                        "principal": .string(principal), "version": "gone", "since": .integer(0), "seen": .integer(0),
                    ]
                    let key = SecretReader.key(principal, "db", in: Self.place)
                    guard try transaction.insert(Item(key: key, link: "db", body: body.json)) else {
                        throw StoreError.conflict
                    }
                }
            }
            #expect(try await scene.revisions().count == SecretReader.most)
            let third = try await scene.world.user("third", policy: Self.policy)
            #expect(await scene.read(third) == "new 1")
            #expect(try await scene.revisions().count == SecretReader.most + 1 - SecretReader.most / 10)
            #expect(await scene.readers() == ["first*", "second*", "third"])
        }
    }

    @Test(arguments: ["", "24", "h", "0h", "721h", "-1h", "1d", "24H", " 24h"] as [Text])
    func anotherFormIsRefused(value: Text) async throws {
        try await inScene { scene async throws in
            let tags: Fields = ["Tags": .list([.structure(["Key": .string(Self.tag), "Value": .string(value)])])]
            let tagged = await scene.world.send(
                "TagResource", Fields([Fields.Member(name: "SecretId", value: "db")] + tags.members))
            #expect(tagged.code == "InvalidParameterException")
            #expect(tagged.message?.string.contains("from 1h to 720h") == true)
            #expect(await scene.shown().integer("WaitHours") == 24)
        }
    }
}

/// What a read says about who reads.
@Suite struct SecretReaderTests {
    private static let labels = StagingLabels([
        (Secrets.current, "v2"), (Secrets.previous, "v1"), (Secrets.pending, "v3"),
    ])
    private static let noon = Timestamp(seconds: 1_800_000_000).day + 43_200_000

    private func note(
        _ version: Text, _ stage: Text? = nil, after milliseconds: Int64 = 0, over old: SecretReader? = nil
    ) -> SecretReader? {
        let read = SecretReader.Read(
            principal: "p", version: version, stage: stage, time: Self.noon + milliseconds)
        return SecretReader.noting(read, Self.labels, over: old)
    }

    @Test func theFirstReadOfAVersionCountsHoweverItIsNamed() {
        for stage in [nil, "AWSCURRENT", "mine"] as [Text?] {
            let reader = note("v2", stage)
            #expect(reader?.version == "v2" && reader?.since == Self.noon && reader?.isRotator == false)
            #expect(note("v2", stage, after: 1000, over: reader) == nil)
        }
    }

    @Test func aCachingClientThatIsLateHoldsTheOldVersion() throws {
        let late = try #require(note("v1"))
        #expect(late.version == "v1")
        let upToDate = try #require(note("v2", after: 5, over: late))
        #expect(upToDate.version == "v2" && upToDate.since == Self.noon + 5)
        #expect(note("v1", after: 6, over: upToDate) == nil)
    }

    @Test func whoNamesThePreviousVersionHoldsNothing() { #expect(note("v1", "AWSPREVIOUS") == nil) }

    @Test func whoReadsThePendingVersionIsNoReader() throws {
        let reader = try #require(note("v2"))
        for old in [nil, reader] {
            for stage in [nil, "AWSPENDING"] as [Text?] {
                let rotator = try #require(note("v3", stage, over: old))
                #expect(rotator.isRotator)
                let later = note("v2", over: rotator) ?? rotator
                #expect(later.isRotator)
            }
        }
    }

    @Test func aReadADayShowsThatSomebodyIsThere() throws {
        let reader = try #require(note("v2"))
        #expect(note("v2", after: 43_199_999, over: reader) == nil)
        let next = try #require(note("v2", after: 43_200_000, over: reader))
        #expect(next.since == reader.since && next.seen == reader.seen + 86_400_000)
    }
}
