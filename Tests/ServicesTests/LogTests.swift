import Bytes
import Store
import TestKit
import Testing
import Wire

@testable import Services

struct LogTests {
    private static let group: Fields = ["logGroupName": "/aws/lambda/f"]

    /// A function that has run `runs` times, a second apart, each with two lines, in two streams by turns.
    private static func world(runs: Int) async throws -> World {
        let world = try await World()
        world.house.runners.set(
            ScriptedRunner { [clock = world.clock] _, number in
                let now = clock.now
                let lines = ["line \(number) a", "line \(number) b"].enumerated().map { index, text in
                    FunctionOutcome.Line(time: now + Int64(index), text: Array(text.utf8))
                }
                return FunctionOutcome(
                    end: .succeeded, payload: Array("null".utf8), log: lines, logStream: "s\(number % 2)")
            })
        await world.function("f")
        for _ in 0..<runs {
            #expect(await world.invoke("f").status == 200)
            world.clock.advance(milliseconds: 1000)
        }
        return world
    }

    private static func messages(_ answer: Response) -> [Text] {
        (answer.fields.list("events") ?? []).compactMap { document in
            if case .structure(let event) = document { event.text("message") } else { nil }
        }
    }

    private static func names(_ answer: Response, _ list: Text, _ member: Text) -> [Text] {
        (answer.fields.list(list) ?? []).compactMap { document in
            if case .structure(let fields) = document { fields.text(member) } else { nil }
        }
    }

    @Test func `groups and streams are listed`() async throws {
        let world = try await Self.world(runs: 3)
        let groups = await world.send("DescribeLogGroups", to: .logs, ["logGroupNamePrefix": "/aws/"])
        #expect(Self.names(groups, "logGroups", "logGroupName") == ["/aws/lambda/f"])
        let byName = await world.send("DescribeLogStreams", to: .logs, Self.group)
        #expect(Self.names(byName, "logStreams", "logStreamName") == ["s0", "s1"])
        var latest = Self.group
        latest.members +=
            (["orderBy": "LastEventTime", "descending": .bool(true), "limit": .integer(1)] as Fields).members
        let first = await world.send("DescribeLogStreams", to: .logs, latest)
        #expect(Self.names(first, "logStreams", "logStreamName") == ["s0"])
        latest.add("nextToken", first.fields.text("nextToken"))
        let second = await world.send("DescribeLogStreams", to: .logs, latest)
        #expect(Self.names(second, "logStreams", "logStreamName") == ["s1"] && second.fields["nextToken"] == nil)
        await world.close()
    }

    @Test func `events are filtered and paged`() async throws {
        let world = try await Self.world(runs: 30)
        var input = Self.group
        input.add("limit", Int64(7))
        var (found, pages): ([Text], Int) = ([], 0)
        while true {
            let answer = await world.send("FilterLogEvents", to: .logs, input)
            #expect(answer.status == 200)
            (found, pages) = (found + Self.messages(answer), pages + 1)
            guard let token = answer.fields.text("nextToken") else { break }
            input.members.removeAll { $0.name == "nextToken" }
            input.add("nextToken", token)
        }
        #expect(found == (0..<30).flatMap { ["line \($0) a", "line \($0) b"] } && pages == 9)
        var filtered = Self.group
        filtered.add("filterPattern", "?17 ?18")
        #expect(
            Self.messages(await world.send("FilterLogEvents", to: .logs, filtered)) == [
                "line 17 a", "line 17 b", "line 18 a", "line 18 b",
            ])
        var late = Self.group
        late.add("startTime", world.clock.now.milliseconds - 1000)
        #expect(Self.messages(await world.send("FilterLogEvents", to: .logs, late)) == ["line 29 a", "line 29 b"])
        var one = Self.group
        one.add("logStreamNames", .list(["s1"]))
        #expect(Self.messages(await world.send("FilterLogEvents", to: .logs, one)).count == 30)
        await world.close()
    }

    @Test func `a stream is read forwards and backwards`() async throws {
        let world = try await Self.world(runs: 10)
        var input = Self.group
        input.members += (["logStreamName": "s1", "limit": .integer(4)] as Fields).members
        let last = await world.send("GetLogEvents", to: .logs, input)
        #expect(Self.messages(last) == ["line 7 a", "line 7 b", "line 9 a", "line 9 b"])
        var back = input
        back.add("nextToken", last.fields.text("nextBackwardToken"))
        let before = await world.send("GetLogEvents", to: .logs, back)
        #expect(Self.messages(before) == ["line 3 a", "line 3 b", "line 5 a", "line 5 b"])
        var forth = input
        forth.add("nextToken", before.fields.text("nextForwardToken"))
        let again = await world.send("GetLogEvents", to: .logs, forth)
        #expect(Self.messages(again) == Self.messages(last))
        // The end: nothing, and the same token.
        var over = input
        over.add("nextToken", last.fields.text("nextForwardToken"))
        let nothing = await world.send("GetLogEvents", to: .logs, over)
        #expect(Self.messages(nothing).isEmpty)
        #expect(nothing.fields.text("nextForwardToken") == last.fields.text("nextForwardToken"))
        input.add("startFromHead", true)
        #expect(Self.messages(await world.send("GetLogEvents", to: .logs, input)).first == "line 1 a")
        await world.close()
    }

    @Test func `what is there says so, and what is not`() async throws {
        let world = try await Self.world(runs: 1)
        var input = Self.group
        input.add("logStreamName", "nothing")
        let missing = await world.send("GetLogEvents", to: .logs, input)
        #expect(
            missing.code == "ResourceNotFoundException" && missing.message == "The specified log stream does not exist."
        )
        await world.close()
    }

    @Test func `logs are sealed, and gone after fourteen days`() async throws {
        let world = try await Self.world(runs: 2)
        let place = Place(account: world.administrator.account, region: World.region)
        let chunks = try await world.house.store.read { try $0.items(place, kind: LogRows.chunk, limit: 9) }
        #expect(chunks.count == 2)
        for chunk in chunks { #expect(!String(decoding: chunk.body, as: UTF8.self).contains("line")) }
        func rows() async throws -> Int {
            try await world.house.store.read { snapshot in
                try [LogRows.chunk, LogRows.stream, LogRows.group].reduce(0) {
                    try $0 + snapshot.itemCount(place, kind: $1)
                }
            }
        }
        world.clock.advance(milliseconds: 13 * 86_400_000)
        try await Sweep(house: world.house).step()
        #expect(try await rows() == 5)
        world.clock.advance(milliseconds: 86_400_000)
        try await Sweep(house: world.house).step()
        #expect(try await rows() == 0)
        await world.close()
    }
}
