import Bytes
import Foundation
import Runtimes
import Services
import Testing

/// The packages of Python's runtime.
@Suite(
    .enabled(if: Workshop.canRunPython && Workshop.hasPip, "bubblewrap, /usr/bin/python3 and its pip are not all here"))
struct LibraryTests {
    /// A package that pip installs without a network.
    private func wheel() throws -> String {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("wheel-\(UUID())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let about = "tiny-1.0.dist-info"
        let bytes = ZipWriter([
            ("tiny.py", "size = 1\ndef fail(): raise ValueError('tiny')\n"),
            ("\(about)/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n"),
            ("\(about)/WHEEL", "Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n"),
            ("\(about)/RECORD", "tiny.py,,\n\(about)/METADATA,,\n\(about)/WHEEL,,\n\(about)/RECORD,,\n"),
        ]).bytes
        let path = "\(folder)/tiny-1.0-py3-none-any.whl"
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return path
    }

    @Test func areFetchedOnceAndCompiled() async throws {
        let wheel = try wheel()
        defer { try? FileManager.default.removeItem(atPath: wheel) }
        var options = Workshop.options()
        options.pythonPackages = ["--no-index", wheel]
        let image = try Workshop.python(
            """
            import os, tiny
            def handler(event, context):
                try: tiny.fail()
                except ValueError as flaw: line = flaw.__traceback__.tb_next.tb_frame.f_code.co_filename
                return {'size': tiny.size, 'at': tiny.__file__, 'compiled': os.path.exists(tiny.__cached__), 'line': line}
            """)
        try await Workshop.open(options) { shop async throws in
            let got = try await shop.value(image)
            #expect(got.integer("size") == 1)
            #expect(got.text("at") == "/var/runtime/tiny.py" && got.text("line") == "/var/runtime/tiny.py")
            guard case .bool(true)? = got["compiled"] else {
                Issue.record("not compiled")
                return
            }
            // Not again: the package is there.
            try FileManager.default.removeItem(atPath: wheel)
            await shop.runner.retire(image.arn)
            #expect(try await shop.value(image).integer("size") == 1)
        }
    }

    @Test func areMissedInTheFunctionsLog() async throws {
        var options = Workshop.options()
        options.pythonPackages = ["--no-index", "boto3"]
        let image = try Workshop.python("def handler(e, c): return {}")
        try await Workshop.open(options) { shop async throws in
            let outcome = await shop.run(image)
            #expect(outcome.end == .succeeded)
            let first = try #require(outcome.lines.first)
            #expect(first.contains("functions in Python have no --no-index boto3: ERROR: "))
        }
    }
}

/// What warm functions cost beside what they do.
@Suite(.enabled(if: Workshop.canRunPython, "bubblewrap and /usr/bin/python3 are not both here"), .serialized)
struct WarmTests {
    @Test func callsShareAnEnvironment() async throws {
        let image = try Workshop.python("def handler(e, c): return e")
        try await Workshop.open { shop async throws in
            _ = await shop.run(image)
            var times: [UInt64] = []
            for _ in 0..<101 {
                let begin = Workshop.clock.monotonic()
                _ = await shop.run(image, #"{"Step":"createSecret"}"#)
                times.append(Workshop.clock.monotonic() - begin)
            }
            print("SPEED warm call of a function: median \(times.sorted()[50] / 1000) µs")
            #expect(shop.runner.environments == 1)
        }
    }

    @Test func withoutIsolationItIsTheSame() async throws {
        try await Workshop.open(Workshop.options(.none)) { shop async throws in
            let image = try Workshop.python(
                """
                import os, subprocess, time
                def handler(event, context):
                    if 'hang' in event:
                        subprocess.Popen(['sleep', '600'])
                        while True: time.sleep(1)
                    if 'die' in event: os.kill(os.getpid(), 15)
                    return dict(os.environ)
                """, timeout: 1, variables: [("MINE", "1")])
            let got = try await shop.value(image)
            #expect(got.text("MINE") == "1" && got.text("AWS_SECRET_ACCESS_KEY") == "the-secret-key")
            #expect(await shop.run(image, #"{"hang":1}"#).text.contains("Task timed out after 1.00 seconds"))
            #expect(await shop.run(image, #"{"die":1}"#).text.contains("Runtime exited with error: signal: terminated"))
        }
    }
}
