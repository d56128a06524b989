import Bytes
import Runtimes
import Services
import Testing

/// Functions in other languages than Python.
@Suite(.enabled(if: Workshop.hasBubblewrap, "bubblewrap is not here"))
struct LanguageTests {
    private func node(_ files: [(String, String)], handler: Text = "index.handler") throws -> FunctionImage {
        try Workshop.image(files, runtime: "nodejs20.x", handler: handler)
    }

    @Test(
        .enabled(if: Workshop.hasNode, "/usr/bin/node is not here"),
        arguments: [
            ("index.js", "exports.handler = async (event, context) => ({ got: event.n, id: context.awsRequestId })"),
            (
                "index.mjs",
                "export const handler = async (event, context) => ({ got: event.n, id: context.awsRequestId })"
            ),
            (
                "index.cjs",
                "exports.handler = (event, context, done) => done(null, { got: event.n, id: context.awsRequestId })"
            ),
            (
                "index.js",
                "exports.handler = (event, context, done) => { setTimeout(() => done(null, { got: event.n, id: context.awsRequestId }), 5) }"
            ),
            (
                "index.js",
                "exports.handler = (event, context) => context.succeed({ got: event.n, id: context.awsRequestId })"
            ),
        ])
    func handlersOfNode(name: String, source: String) async throws {
        let image = try node([(name, source)])
        try await Workshop.open { shop async throws in
            for _ in 1...2 {
                let got = try await shop.value(image, #"{"n":4}"#)
                #expect(got.integer("got") == 4)
                #expect(got.text("id") == "8f4f3a1c-0000-4000-8000-000000000001")
            }
        }
    }

    @Test(.enabled(if: Workshop.hasNode, "/usr/bin/node is not here"))
    func modulesOfNode() async throws {
        let image = try node(
            [
                ("package.json", #"{"type":"module"}"#),
                ("src/app.js", "import { two } from './two.js'; export const api = { run: async () => ({ two }) }"),
                ("src/two.js", "export const two = 2"),
            ], handler: "src/app.api.run")
        try await Workshop.open { shop async throws in #expect(try await shop.value(image).integer("two") == 2) }
    }

    @Test(
        .enabled(if: Workshop.hasNode, "/usr/bin/node is not here"),
        arguments: [
            ("exports.handler = async () => { throw new TypeError('bad') }", "TypeError", "bad"),
            ("exports.handler = (e, c, done) => done(new RangeError('far'))", "RangeError", "far"),
            ("exports.other = 1", "Runtime.HandlerNotFound", "index.handler is undefined or not exported"),
            ("require('nothing-like-it')", "Runtime.ImportModuleError", "Error: Cannot find module 'nothing-like-it'"),
            ("exports.handler = async (", "Runtime.UserCodeSyntaxError", "SyntaxError: Unexpected token '}'"),
        ])
    func errorsOfNode(source: String, kind: String, message: String) async throws {
        let image = try node([("index.js", source)])
        try await Workshop.open { shop async throws in
            let outcome = await shop.run(image)
            #expect(outcome.end == .failed)
            #expect(try outcome.fields.text("errorType") == Text(kind), "\(outcome.text) \(outcome.lines)")
            if kind != "Runtime.UserCodeSyntaxError" {
                #expect(try outcome.fields.text("errorMessage") == Text(message))
            }
        }
    }

    static let shell = """
        #!/bin/bash
        # HTTP by hand: no other program is needed.
        IFS=: read -r host port <<<"$AWS_LAMBDA_RUNTIME_API"
        base=/2018-06-01/runtime
        ask() { # METHOD PATH BODY
            exec 3<>"/dev/tcp/$host/$port"
            printf '%s %s HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\nContent-Length: %d\\r\\n\\r\\n%s' "$1" "$base/$2" "${#3}" "$3" >&3
            reply=$(tr -d '\\r' <&3)
            exec 3>&-
        }
        while true; do
            ask GET invocation/next ''
            id=$(sed -n 's/^Lambda-Runtime-Aws-Request-Id: //ip' <<<"$reply")
            type=$(sed -n 's/^Content-Type: //ip' <<<"$reply")
            arn=$(sed -n 's/^Lambda-Runtime-Invoked-Function-Arn: //ip' <<<"$reply")
            ask POST invocation/wrong/response '{}'
            wrong=$(sed -n '1p;$p' <<<"$reply" | tr -d '"' | tr '\\n' ' ')
            ask GET invocation/next ''
            early=$(head -1 <<<"$reply")
            ask GET nothing ''
            missing=$(head -1 <<<"$reply")
            ask POST "invocation/$id/response" "{\\"type\\":\\"$type\\",\\"arn\\":\\"$arn\\",\\"wrong\\":\\"$wrong\\",\\"early\\":\\"$early\\",\\"missing\\":\\"$missing\\",\\"shell\\":\\"${AWS_EXECUTION_ENV:-none}\\"}"
            echo "said: $(sed -n '1p;$p' <<<"$reply" | tr '\\n' ' ')"
            ask POST "invocation/$id/response" '{}'
            echo "again: $(head -1 <<<"$reply")"
        done
        """

    @Test func aProgramOfItsOwn() async throws {
        let image = try Workshop.image([("bootstrap", Self.shell)], runtime: "provided.al2023", handler: "any")
        try await Workshop.open { shop async throws in
            let first = await shop.run(image)
            #expect(first.end == .succeeded, "\(first.text) \(first.lines)")
            let got = try first.fields
            #expect(got.text("type") == "application/json")
            #expect(got.text("arn") == "\(image.arn):live")
            #expect(
                got.text("wrong")
                    == "HTTP/1.1 400 Bad Request {errorMessage:Invalid request ID,errorType:InvalidRequestID} ")
            #expect(got.text("early") == "HTTP/1.1 403 Forbidden")
            #expect(got.text("missing") == "HTTP/1.1 404 Not Found")
            #expect(got.text("shell") == "none")
            // What it wrote after its answer is in the log of the next.
            let second = await shop.run(image)
            #expect(second.lines.contains(#"said: HTTP/1.1 202 Accepted {"status":"OK"} "#), "\(second.lines)")
            #expect(second.lines.contains("again: HTTP/1.1 400 Bad Request"), "\(second.lines)")
        }
    }

    @Test func aPackageWithoutItsProgram() async throws {
        let image = try Workshop.image([("other", "")], runtime: "provided.al2", handler: "any")
        try await Workshop.open { shop async throws in
            let outcome = await shop.run(image)
            #expect(outcome.end == .failed)
            #expect(try outcome.fields.text("errorType") == "Runtime.InvalidEntrypoint")
        }
    }
}
