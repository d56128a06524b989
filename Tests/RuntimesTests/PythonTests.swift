import Bytes
import Foundation
import Runtimes
import Services
import Testing

/// Functions in Python, in their sandbox.
@Suite(.enabled(if: Workshop.canRunPython, "bubblewrap and /usr/bin/python3 are not both here"))
struct PythonTests {
    @Test func whatItReturnsAndWhatItIsTold() async throws {
        let image = try Workshop.python(
            """
            def handler(event, context):
                print('hello')
                return {'event': event, 'id': context.aws_request_id, 'name': context.function_name,
                        'arn': context.invoked_function_arn, 'memory': context.memory_limit_in_mb,
                        'group': context.log_group_name, 'stream': context.log_stream_name,
                        'left': context.get_remaining_time_in_millis(), 'version': context.function_version}
            """)
        try await Workshop.open { shop async throws in
            let outcome = await shop.run(image, #"{"a":["é",1]}"#)
            #expect(outcome.end == .succeeded, "\(outcome.text) \(outcome.lines)")
            let fields = try outcome.fields
            guard case .structure(let event)? = fields["event"] else { throw Missing() }
            #expect(event["a"] != nil)
            #expect(fields.text("id") == "8f4f3a1c-0000-4000-8000-000000000001")
            #expect(fields.text("name") == "f")
            #expect(fields.text("arn") == "\(image.arn):live")
            #expect(fields.text("memory") == "256")
            #expect(fields.text("version") == "$LATEST")
            #expect(fields.text("group") == "/aws/lambda/f")
            #expect(fields.text("stream") == outcome.logStream)
            #expect(outcome.logStream.string.wholeMatch(of: /\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}/) != nil)
            let left = try #require(fields.integer("left"))
            #expect(left > 15_000 && left <= 20_000)
            let id = "8f4f3a1c-0000-4000-8000-000000000001"
            #expect(outcome.lines.first?.hasPrefix("INIT_START Runtime Version: python3.") ?? false)
            #expect(outcome.lines.contains("START RequestId: \(id) Version: $LATEST"))
            #expect(outcome.lines.contains("hello"))
            #expect(outcome.lines.contains("END RequestId: \(id)"))
            let report = try #require(outcome.lines.last)
            #expect(report.hasPrefix("REPORT RequestId: \(id)\tDuration: "))
            #expect(report.contains("Memory Size: 256 MB\tMax Memory Used: ") && report.contains("Init Duration: "))
            #expect(!report.contains("Max Memory Used: 0 MB"))
        }
    }

    @Test func anErrorInItsOwnWords() async throws {
        let image = try Workshop.python(
            """
            import logging
            logging.getLogger().setLevel(logging.INFO)
            def handler(event, context):
                logging.info('line one\\nline two')
                raise ValueError('no such thing')
            """)
        try await Workshop.open { shop async throws in
            let outcome = await shop.run(image)
            #expect(outcome.end == .failed)
            let fields = try outcome.fields
            #expect(fields.text("errorMessage") == "no such thing")
            #expect(fields.text("errorType") == "ValueError")
            #expect(fields.text("requestId") == "8f4f3a1c-0000-4000-8000-000000000001")
            guard case .list(let trace)? = fields["stackTrace"], case .string(let frame)? = trace.first else {
                throw Missing()
            }
            #expect(trace.count == 1)
            #expect(frame.hasPrefix("  File \"/var/task/app.py\", line 5, in handler\n"))
            let logged = try #require(outcome.lines.first { $0.hasPrefix("[INFO]\t") })
            #expect(logged.hasSuffix("Z\t8f4f3a1c-0000-4000-8000-000000000001\tline one\rline two"))
            #expect(outcome.lines.contains { $0.hasPrefix("[ERROR] ValueError: no such thing\rTraceback") })
            // It lives on.
            #expect(await shop.run(image).logStream == outcome.logStream)
        }
    }

    @Test(arguments: [
        (
            "app.missing", "def handler(e, c): pass", "Runtime.HandlerNotFound",
            "Handler 'missing' missing on module 'app'"
        ),
        ("gone.handler", "", "Runtime.ImportModuleError", "Unable to import module 'gone': No module named 'gone'"),
        (
            "app.handler", "import nothing_like_it", "Runtime.ImportModuleError",
            "Unable to import module 'app': No module named 'nothing_like_it'"
        ),
        (
            "app.handler", "def (", "Runtime.UserCodeSyntaxError",
            "Syntax error in module 'app': invalid syntax (app.py, line 1)"
        ),
        ("app.handler", "raise KeyError('X')", "KeyError", "'X'"),
        (
            "handler", "", "Runtime.MalformedHandlerName",
            "Bad handler 'handler': not enough values to unpack (expected 2, got 1)"
        ),
    ])
    func errorsOfItsStart(handler: String, source: String, kind: String, message: String) async throws {
        let image = try Workshop.image([("app.py", source)], handler: Text(handler))
        try await Workshop.open { shop async throws in
            let outcome = await shop.run(image)
            #expect(outcome.end == .failed)
            #expect(try outcome.fields.text("errorType") == Text(kind))
            #expect(try outcome.fields.text("errorMessage") == Text(message))
            #expect(outcome.lines.contains { $0.hasPrefix("[ERROR] \(kind): ") })
            // The next starts afresh.
            let second = await shop.run(image)
            #expect(try second.fields.text("errorType") == Text(kind))
            #expect(second.logStream != outcome.logStream)
        }
    }

    @Test func aVersionThatIsNotHere() async throws {
        let image = try Workshop.image([("app.py", "def handler(e, c): return e")], runtime: "python3.2")
        try await Workshop.open { shop async throws in
            let outcome = await shop.run(image, "[1]")
            #expect(outcome.text == "[1]")
            #expect(outcome.lines.first?.hasSuffix(", as python3.2 is not installed here") ?? false)
        }
    }

    @Test func variables() async throws {
        let image = try Workshop.python(
            "import os\ndef handler(e, c): return dict(os.environ, cwd=os.getcwd())",
            variables: [("MINE", "a=b\nc"), ("AWS_REGION", "mine"), ("TZ", "Europe/Bern"), ("LAMBDA_TASK_ROOT", "/")])
        try await Workshop.open { shop async throws in
            let got = try await shop.value(image)
            let wanted: [(Text, Text)] = [
                ("MINE", "a=b\nc"), ("AWS_REGION", "eu-central-1"), ("AWS_DEFAULT_REGION", "eu-central-1"),
                ("TZ", "Europe/Bern"), ("LAMBDA_TASK_ROOT", "/var/task"), ("LAMBDA_RUNTIME_DIR", "/var/runtime"),
                ("AWS_ACCESS_KEY_ID", "ASIAEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "the-secret-key"),
                ("AWS_SESSION_TOKEN", "the-session-token"), ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
                ("_HANDLER", "app.handler"), ("AWS_LAMBDA_FUNCTION_NAME", "f"),
                ("AWS_EXECUTION_ENV", "AWS_Lambda_python3.11"), ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
                ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"), ("HOME", "/tmp"), ("cwd", "/var/task"),
            ]
            for (name, value) in wanted { #expect(got.text(name) == value, "\(name)") }
            #expect(got.text("SECRETS_MANAGER_ENDPOINT") == "http://127.0.0.1:1")
            #expect(got.text("_X_AMZN_TRACE_ID")?.hasPrefix("Root=1-") ?? false)
            #expect(got.text("AWS_LAMBDA_RUNTIME_API")?.hasPrefix("127.0.0.1:") ?? false)
            // Nothing of this process.
            let own = Set(ProcessInfo.processInfo.environment.keys).subtracting([
                "PATH", "HOME", "LANG", "TZ", "TMPDIR", "PWD",
            ])
            #expect(own.allSatisfy { got[Text($0)] == nil })
        }
    }

    private struct Missing: Error {}
}
