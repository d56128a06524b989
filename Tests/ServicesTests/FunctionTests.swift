import Bytes
import Seal
import Store
import Synchronization
import TestKit
import Testing
import Wire

@testable import Services

struct FunctionTests {
    private static func line(_ text: String, _ milliseconds: Int64) -> FunctionOutcome.Line {
        FunctionOutcome.Line(time: Timestamp(milliseconds: milliseconds), text: Array(text.utf8))
    }

    private static func outcome(_ payload: String, failed: Bool = false, _ log: [FunctionOutcome.Line] = [])
        -> FunctionOutcome
    {
        FunctionOutcome(
            end: failed ? .failed : .succeeded, payload: Array(payload.utf8), log: log,
            logStream: "2026/11/25/[$LATEST]0a")
    }

    @Test func `a run gets what it needs, and its answer comes back`() async throws {
        let world = try await World()
        let now = world.clock.now.milliseconds
        let runner = ScriptedRunner { _, _ in
            Self.outcome(#"{"a":1}"#, [Self.line("one", now), Self.line("two", now + 1)])
        }
        world.house.runners.set(runner)
        let code = [UInt8](repeating: 0x78, count: 1_200_000)
        #expect(await world.function("f", code: code, variables: ["KEY": "value"]).status == 201)
        let answer = await world.invoke("f", #"{"in":1}"#, ["X-Amz-Log-Type": "Tail"])
        #expect(answer.status == 200 && answer.body == Array(#"{"a":1}"#.utf8))
        #expect(answer.header("X-Amz-Executed-Version") == "$LATEST" && answer.header("X-Amz-Function-Error") == nil)
        let tail = answer.header("X-Amz-Log-Result").flatMap { Base64.decode($0.utf8) }
        #expect(tail == Array("one\ntwo\n".utf8))
        let asked = try #require(runner.all.first)
        let image = asked.invocation.image
        #expect(asked.code == code && asked.invocation.payload == Array(#"{"in":1}"#.utf8))
        #expect(image.variables.map(\.name) == ["KEY"] && image.variables[0].value == SecretBytes(Array("value".utf8)))
        #expect(image.timeoutSeconds == 3 && image.memoryMegabytes == 128 && image.arn == asked.invocation.invokedARN)
        // The credentials are the role's.
        let given = try #require(asked.credentials)
        let signatory = Signatory(
            accessKeyID: given.accessKeyID, secret: Text(decoding: given.secretAccessKey.revealBytes()[...]),
            token: Text(decoding: given.sessionToken.revealBytes()[...]))
        let who = await world.query("GetCallerIdentity", as: signatory)
        #expect(who.element("Arn") == "arn:aws:sts::000000000001:assumed-role/f/f")
        #expect(given.expires == world.clock.now + 3_600_000)
        await world.close()
    }

    @Test func `a failure is said in a header, what was not run is an error`() async throws {
        let world = try await World()
        world.house.runners.set(
            ScriptedRunner { _, number in
                number == 0
                    ? Self.outcome(#"{"errorMessage":"no"}"#, failed: true)
                    : FunctionOutcome(end: .unavailable("no room"), payload: [])
            })
        await world.function("f")
        let failed = await world.invoke("f")
        #expect(failed.status == 200 && failed.header("X-Amz-Function-Error") == "Unhandled")
        #expect(failed.fields.text("errorMessage") == "no")
        let unavailable = await world.invoke("f")
        #expect(unavailable.status == 500 && unavailable.code == "ServiceException")
        #expect(world.log.texts.contains { $0.string.contains("was not run: no room") })
        #expect(world.house.functionTraffic.prometheus().string.contains("result=\"error\"} 1"))
        await world.close()
    }

    @Test func `code that nobody uses any more is deleted`() async throws {
        let world = try await World()
        let runner = ScriptedRunner { _, _ in Self.outcome("null") }
        world.house.runners.set(runner)
        let place = Place(account: world.administrator.account, region: World.region)
        func parts() async throws -> Int {
            try await world.house.store.read { try $0.itemCount(place, kind: FunctionRows.code) }
        }
        let (one, two) = ([UInt8](repeating: 0x31, count: 600_000), Array("a zip".utf8))
        await world.function("f", code: one)
        await world.function("g", code: one)
        #expect(try await parts() == 2)
        func update(_ name: String, _ code: [UInt8]) async -> Int {
            await world.rest("PUT", "\(World.functions)/\(name)/code", (["ZipFile": .blob(code)] as Fields).wire).status
        }
        #expect(await update("f", two) == 200)
        #expect(try await parts() == 3)
        #expect(await world.rest("POST", "\(World.functions)/g/versions", Array("{}".utf8)).status == 201)
        #expect(await update("g", two) == 200)
        // The version still has it.
        #expect(try await parts() == 3)
        #expect(await world.rest("DELETE", "\(World.functions)/g?Qualifier=1").status == 204)
        #expect(try await parts() == 1)
        #expect(await world.rest("DELETE", "\(World.functions)/g").status == 204)
        #expect(try await parts() == 1)
        #expect(await world.rest("DELETE", "\(World.functions)/f").status == 204)
        #expect(try await parts() == 0)
        #expect(runner.retirements.count == 5)
        await world.close()
    }

    @Test func `reserved concurrency is kept`() async throws {
        let world = try await World()
        let gate = Mutex<CheckedContinuation<Void, Never>?>(nil)
        let (entered, mark) = AsyncStream<Void>.makeStream()
        world.house.runners.set(
            ScriptedRunner { _, number in
                if number == 0 {
                    await withCheckedContinuation { continuation in
                        gate.withLock { $0 = continuation }
                        mark.yield()
                    }
                }
                return Self.outcome("null")
            })
        await world.function("f")
        let set = await world.rest(
            "PUT", "/2017-10-31/functions/f/concurrency", Array(#"{"ReservedConcurrentExecutions":1}"#.utf8))
        #expect(set.status == 200)
        async let first = world.invoke("f")
        for await _ in entered { break }
        let refused = await world.invoke("f")
        #expect(refused.status == 429 && refused.code == "TooManyRequestsException")
        #expect(refused.fields.text("Reason") == "ReservedFunctionConcurrentInvocationLimitExceeded")
        gate.withLock { $0 }?.resume()
        #expect(await first.status == 200)
        #expect(await world.invoke("f").status == 200)
        await world.close()
    }

    @Test func `an event is run until it succeeds, and twice again at most`() async throws {
        let world = try await World()
        let runner = ScriptedRunner { invocation, _ in
            Self.outcome("null", failed: invocation.payload == Array("1".utf8))
        }
        world.house.runners.set(runner)
        await world.function("f")
        let events = FunctionEvents(house: world.house)
        let accepted = await world.invoke("f", "0", ["X-Amz-Invocation-Type": "Event"])
        #expect(accepted.status == 202 && accepted.body.isEmpty && runner.all.isEmpty)
        try await events.step()
        try await events.step()
        #expect(runner.all.count == 1)
        #expect(await world.invoke("f", "1", ["X-Amz-Invocation-Type": "Event"]).status == 202)
        for (seconds, runs) in [(0, 2), (59, 2), (1, 3), (119, 3), (1, 4), (3600, 4), (36_000, 4)] as [(Int64, Int)] {
            world.clock.advance(milliseconds: seconds * 1000)
            try await events.step()
            #expect(runner.all.count == runs, "after \(seconds) more seconds")
        }
        #expect(Set(runner.all.dropFirst().map(\.invocation.requestID)).count == 1)
        #expect(world.log.texts.contains { $0.string.contains("it failed three times") })
        await world.close()
    }

    /// Whoever claimed it is gone: after a while another one runs it.
    @Test func `a claimed event comes back`() async throws {
        let world = try await World()
        let runner = ScriptedRunner { _, _ in Self.outcome("null") }
        world.house.runners.set(runner)
        await world.function("f")
        _ = await world.invoke("f", "{}", ["X-Amz-Invocation-Type": "Event"])
        let events = FunctionEvents(house: world.house)
        #expect(try await events.claim(atMost: 4).count == 1)
        try await events.step()
        #expect(runner.all.isEmpty)
        world.clock.advance(milliseconds: 961_000)
        try await events.step()
        #expect(runner.all.count == 1)
        await world.close()
    }

    @Test func `an alias sends its share to each version`() async throws {
        let reference = FunctionReference(
            place: Place(account: try #require(AccountID("000000000001")), region: "r"), name: "f")
        var alias = FunctionAlias(reference, "live", version: "1", description: "", revision: "r")
        alias.weights = [("2", 0.25)]
        let chance = Chance.seeded(3)
        let second = (0..<4000).count { _ in alias.choose(chance) == "2" }
        #expect((900...1100).contains(second))
        let stored = try FunctionAlias(alias.item)
        #expect(stored.weights.map(\.share) == [0.25] && stored.version == "1")
    }

    @Test func `services are let in by the function's policy alone`() async throws {
        let world = try await World()
        world.house.runners.set(ScriptedRunner { _, _ in Self.outcome("null") })
        await world.function("f")
        let (house, account) = (world.house, world.administrator.account)
        let arn: Text = "arn:aws:lambda:us-west-2:000000000001:function:f"
        let secret: Text = "arn:aws:secretsmanager:us-west-2:000000000001:secret:s-AbCdEf"
        func may(_ arn: Text, _ source: Text = secret) async throws -> Bool {
            try await Functions.mayInvoke(arn, source: source, account: account, house: house)
        }
        #expect(try await !may(arn))
        #expect(try await !may("arn:aws:lambda:us-west-2:000000000001:function:nothing"))
        #expect(try await !may("no arn"))
        let permitted = await world.permit(
            "f", ["SourceAccount": "000000000001", "SourceArn": .string(secret)])
        #expect(permitted.status == 201)
        #expect(try await may(arn))
        #expect(try await !may("\(arn):$LATEST"))
        #expect(try await !may(arn, "arn:aws:secretsmanager:us-west-2:000000000001:secret:t-AbCdEf"))
        let event = Array(#"{"Step":"createSecret","SecretId":"\#(secret)"}"#.utf8)
        let done = try await Functions.invoke(arn, payload: event, by: "secretsmanager.amazonaws.com", house: house)
        #expect(done.end == .succeeded)
        await #expect(throws: (any Error).self) {
            _ = try await Functions.invoke(arn, payload: event, by: "events.amazonaws.com", house: house)
        }
        await #expect(throws: (any Error).self) {
            _ = try await Functions.invoke(
                arn, payload: Array("{}".utf8), by: "secretsmanager.amazonaws.com", house: house)
        }
        await world.close()
    }

    @Test func `a rotation's step has a minute where nobody set a time`() async throws {
        let world = try await World()
        let runner = ScriptedRunner { _, _ in Self.outcome("null") }
        world.house.runners.set(runner)
        await world.function("f")
        _ = await world.permit("f", [:])
        let (arn, service): (Text, Text) = (
            "arn:aws:lambda:us-west-2:000000000001:function:f", "secretsmanager.amazonaws.com"
        )
        let secret: Text = "arn:aws:secretsmanager:us-west-2:000000000001:secret:s-AbCdEf"
        func step() async throws {
            _ = try await Functions.invoke(
                arn, payload: Array("{}".utf8), by: service, source: secret, house: world.house)
        }
        func shown() async -> Int64? {
            await world.rest("GET", "\(World.functions)/f/configuration", []).fields.integer("Timeout")
        }
        try await step()
        _ = await world.invoke("f")
        #expect(await shown() == 3)
        let set: Fields = ["Timeout": .integer(3)]
        #expect(await world.rest("PUT", "\(World.functions)/f/configuration", set.wire).status == 200)
        try await step()
        #expect(await shown() == 3)
        #expect(runner.all.map(\.invocation.image.timeoutSeconds) == [60, 3, 3])
        await world.close()
    }

    @Test func `the policy of an alias is its own`() async throws {
        let world = try await World()
        world.house.runners.set(ScriptedRunner { _, _ in Self.outcome("null") })
        await world.function("f")
        _ = await world.rest("POST", "\(World.functions)/f/versions", Array("{}".utf8))
        _ = await world.rest(
            "POST", "\(World.functions)/f/aliases", Array(#"{"Name":"live","FunctionVersion":"1"}"#.utf8))
        #expect(await world.permit("f", qualifier: "?Qualifier=live").status == 201)
        let (house, account) = (world.house, world.administrator.account)
        let arn: Text = "arn:aws:lambda:us-west-2:000000000001:function:f"
        #expect(try await Functions.mayInvoke("\(arn):live", source: "s", account: account, house: house))
        #expect(try await !Functions.mayInvoke(arn, source: "s", account: account, house: house))
        #expect(try await !Functions.mayInvoke("\(arn):1", source: "s", account: account, house: house))
        await world.close()
    }
}
