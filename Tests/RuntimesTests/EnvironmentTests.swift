import Bytes
import Runtimes
import Seal
import Services
import Testing

/// The lives of environments.
@Suite(.enabled(if: Workshop.canRunPython, "bubblewrap and /usr/bin/python3 are not both here"))
struct EnvironmentTests {
    static let counting = """
        import os
        count = 0
        def handler(event, context):
            global count
            count += 1
            if 'exit' in event: os._exit(event['exit'])
            if 'signal' in event: os.kill(os.getpid(), event['signal'])
            if 'loop' in event:
                print('working')
                while True: pass
            return {'count': count, 'start': os.stat('/proc/self').st_ctime_ns}
        """

    @Test func oneIsReusedWhileItIsWarm() async throws {
        let image = try Workshop.python(Self.counting)
        try await Workshop.open { shop async throws in
            for count: Int64 in 1...3 { #expect(try await shop.value(image).integer("count") == count) }
            var changed = image
            changed.revision = "2"
            #expect(try await shop.value(changed).integer("count") == 1)
            await shop.runner.retire(image.arn)
            #expect(try await shop.value(image).integer("count") == 1)
        }
    }

    @Test func aTimeout() async throws {
        let image = try Workshop.python(Self.counting, timeout: 1)
        try await Workshop.open { shop async throws in
            _ = try await shop.value(image)
            let begin = Workshop.clock.monotonic()
            let outcome = await shop.run(image, #"{"loop":1}"#)
            let took = Workshop.clock.monotonic() - begin
            #expect(took > 900_000_000 && took < 4_000_000_000)
            #expect(outcome.end == .failed)
            #expect(
                outcome.text
                    == #"{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: 8f4f3a1c-0000-4000-8000-000000000001 Error: Task timed out after 1.00 seconds"}"#
            )
            #expect(outcome.lines.contains("working"))
            #expect(outcome.lines.contains { $0.hasSuffix(" Task timed out after 1.00 seconds") })
            #expect(outcome.lines.last?.hasSuffix("\tStatus: timeout") ?? false)
            #expect(try await shop.value(image).integer("count") == 1)
        }
    }

    @Test(arguments: [
        (#"{"exit":0}"#, "Runtime exited without providing a reason"),
        (#"{"exit":7}"#, "Runtime exited with error: exit status 7"),
        (#"{"signal":11}"#, "Runtime exited with error: signal: segmentation fault"),
        (#"{"signal":9}"#, "Runtime exited with error: signal: killed"),
    ])
    func aCrash(event: String, words: String) async throws {
        let image = try Workshop.python(Self.counting)
        try await Workshop.open { shop async throws in
            _ = try await shop.value(image)
            let outcome = await shop.run(image, event)
            #expect(outcome.end == .failed)
            #expect(
                outcome.text
                    == #"{"errorType":"Runtime.ExitError","errorMessage":"RequestId: 8f4f3a1c-0000-4000-8000-000000000001 Error: \#(words)"}"#
            )
            #expect(try await shop.value(image).integer("count") == 1)
        }
    }

    @Test func aCrashAtItsStart() async throws {
        try await Workshop.open { shop async throws in
            let outcome = await shop.run(try Workshop.python("import os\nprint('before')\nos._exit(3)"))
            #expect(outcome.text.contains("Runtime exited with error: exit status 3"))
            #expect(outcome.lines.contains("before"))
        }
    }

    @Test func noneOutlivesItsCredentials() async throws {
        var image = try Workshop.python(Self.counting)
        // Less than the invocation's time and the margin: never used twice.
        image.credentials = {
            FunctionCredentials(
                accessKeyID: "ASIAEXAMPLE", secretAccessKey: .init([1]), sessionToken: .init([2]),
                expires: Workshop.clock.now() + 70_000)
        }
        let once = image
        try await Workshop.open { shop async throws in
            for _ in 1...2 { #expect(try await shop.value(once).integer("count") == 1) }
        }
    }

    @Test func asManyAsAllowedAtATimeAndTheOthersWait() async throws {
        var options = Workshop.options()
        options.environmentsPerFunction = 2
        let image = try Workshop.python(
            "import os, time\nme = os.urandom(8).hex()\ndef handler(e, c):\n    time.sleep(0.2)\n    return {'me': me}")
        try await Workshop.open(options) { shop async throws in
            let names = try await withThrowingTaskGroup(of: Text?.self) { group in
                for _ in 1...6 { group.addTask { try await shop.value(image).text("me") } }
                return try await group.reduce(into: Set<Text?>()) { $0.insert($1) }
            }
            #expect(names.count == 2)
        }
    }

    @Test func whoeverWaitsTooLongIsTold() async throws {
        var options = Workshop.options()
        options.environments = 1
        let long = try Workshop.python("import time\ndef handler(e, c): time.sleep(2.5)", name: "long")
        let brief = try Workshop.python("def handler(e, c): pass", timeout: 1, name: "brief")
        try await Workshop.open(options) { shop async throws in
            async let first = shop.run(long)
            // Until it has begun.
            try await shop.begun()
            let second = await shop.run(brief)
            #expect(
                second.end
                    == .unavailable("all environments for functions are busy; none was free within 1 seconds"))
            #expect(await first.end == .succeeded)
            // An idle one makes room.
            #expect(await shop.run(brief).end == .succeeded)
        }
    }

    @Test func whatTheLogHolds() async throws {
        let image = try Workshop.python(
            """
            import sys
            def handler(event, context):
                for number in range(event['lines']): print('%06d' % number, 'x' * 100)
                sys.stderr.write('unfinished')
            """)
        try await Workshop.open { shop async throws in
            let all = await shop.run(image, #"{"lines":1000}"#)
            #expect(all.lines.filter { $0.hasSuffix("x") }.count == 1000)
            #expect(all.lines.contains("unfinished"))
            let many = await shop.run(image, #"{"lines":20000}"#)
            #expect(many.log.reduce(0) { $0 + $1.text.count } <= 260 << 10)
            #expect(many.lines.contains { $0.hasPrefix("019999 ") })
            #expect(many.lines.first?.hasSuffix("the log of an invocation is bounded") ?? false)
        }
    }

    @Test func anAnswerThatIsTooLarge() async throws {
        let image = try Workshop.python("def handler(e, c): return 'x' * e['size']")
        try await Workshop.open { shop async throws in
            let whole = await shop.run(image, #"{"size":6000000}"#)
            #expect(whole.end == .succeeded && whole.payload.count == 6_000_002)
            let outcome = await shop.run(image, #"{"size":6291556}"#)
            #expect(outcome.end == .failed)
            #expect(try outcome.fields.text("errorType") == "Function.ResponseSizeTooLarge")
        }
    }

    @Test func codeThatCantBeUnpacked() async throws {
        var image = try Workshop.image([("app.py", "")])
        let bad = Array("no archive".utf8)
        image.code = { bad }
        let broken = image
        try await Workshop.open { shop async throws in
            #expect(await shop.run(broken).end == .unavailable("this is not a zip archive"))
            #expect(
                shop.runner.flaw(in: bad) == .unreadable
                    && shop.runner.flaw(in: ZipWriter([ZipWriter.Entry]()).bytes) == .empty)
            #expect(shop.runner.flaw(in: ZipWriter([("a", "b")]).bytes) == nil)
        }
    }

    @Test func runtimesThatAreNotHere() async throws {
        try await Workshop.open { shop async throws in
            let outcome = await shop.run(try Workshop.image([("a", "")], runtime: "java21"))
            guard case .unavailable(let words) = outcome.end else {
                Issue.record("\(outcome.end)")
                return
            }
            #expect(words.hasPrefix("the runtime java21 can't be run here"))
        }
    }
}
