internal import Bytes
internal import Store
internal import Wire

extension Functions {
    enum Invoke: FunctionOperation {
        static let name: Text = "Invoke"
        static let quota = invokeQuota
        static let isBrief = false
        static let route: Route? = Route(
            "POST", "/2015-03-31/functions/{FunctionName}/invocations", query: qualifierQuery,
            headers: [
                "x-amz-invocation-type": "InvocationType", "x-amz-log-type": "LogType",
                "x-amz-client-context": "ClientContext",
            ], payload: "Payload",
            reply: RouteReply(
                statusMember: "StatusCode",
                headers: [
                    ("FunctionError", "X-Amz-Function-Error"), ("LogResult", "X-Amz-Log-Result"),
                    ("ExecutedVersion", "X-Amz-Executed-Version"),
                ], payload: "Payload"))
        static let input: Structure = [
            Functions.name, .optional("InvocationType", .oneOf("Event", "RequestResponse", "DryRun")),
            .optional("LogType", .oneOf("None", "Tail")), .optional("ClientContext", .string(), sensitive: true),
            .optional("Payload", .blob, sensitive: true), .optional("Qualifier", qualifier),
        ]
        static let recordedOutput: Structure? = [
            .optional("StatusCode", .integer), .optional("FunctionError", .string()),
            .optional("ExecutedVersion", .string()),
        ]

        private static let mostSent = 6_291_456
        private static let mostQueued = 1_048_576
        private static let tail = 4096

        static func asks(_ input: Fields, _ subject: FunctionSubject, _ call: Call) -> [Question] {
            [subject.question("lambda:InvokeFunction", subject.keys(call))]
        }

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let (input, reference) = (call.input, call.subject.reference)
            let target = try call.subject.require()
            let type = input.text("InvocationType") ?? "RequestResponse"
            guard type != "DryRun" else { return ["StatusCode": .integer(204)] }
            let payload = try payload(input, atMost: type == "Event" ? mostQueued : mostSent)
            let context = try context(input)
            if type == "Event" {
                let event = FunctionEvent(reference, call.call.requestID, payload, context, at: call.now)
                return try await call.commit { [house = call.house] transaction in
                    guard try transaction.insert(event.item(house.root)) else { throw StoreError.conflict }
                    return ["StatusCode": .integer(202)]
                }
            }
            let run = try await FunctionRun(target, reference, call.house)
            let outcome = try await run.run(call.call.requestID, payload, context)
            var fields: Fields = [
                "StatusCode": .integer(200), "ExecutedVersion": .string(run.configuration.version),
            ]
            switch outcome.end {
            case .succeeded: break
            case .failed: fields.add("FunctionError", "Unhandled")
            case .unavailable: throw Fault.notRun
            }
            if input.text("LogType") == "Tail" { fields.add("LogResult", Base64.encode(end(of: outcome.log))) }
            fields.add("Payload", .secret(SensitiveBytes(outcome.payload, isText: false)))
            return fields
        }

        private static func payload(_ input: Fields, atMost most: Int) throws(Fault) -> [UInt8] {
            let bytes = input.secret("Payload")?.bytes ?? []
            guard !bytes.isEmpty else { return Array("{}".utf8) }
            guard bytes.count <= most else {
                throw Fault(
                    "RequestTooLargeException",
                    "\(bytes.count) byte payload is too large for the \(most == mostQueued ? "Event" : "RequestResponse") invocation type (limit \(most) bytes)",
                    status: 413)
            }
            do { _ = try JSON.parse(bytes, limits: JSON.Limits(depth: 1000, values: most)) } catch {
                throw Fault(
                    "InvalidRequestContentException",
                    "Could not parse request body into json: \(Text(error.reason)) at byte \(error.offset)")
            }
            return bytes
        }

        /// It comes in base64.
        private static func context(_ input: Fields) throws(Fault) -> [UInt8]? {
            guard let sent = input.secret("ClientContext"), !sent.bytes.isEmpty else { return nil }
            guard let decoded = Base64.decode(sent.bytes), case .structure? = try? JSON.parse(decoded) else {
                throw Fault(
                    "InvalidRequestContentException", "Client context must be a valid Base64-encoded JSON object.")
            }
            return decoded
        }

        private static func end(of log: [FunctionOutcome.Line]) -> [UInt8] {
            var bytes: [UInt8] = []
            for line in log.reversed() where bytes.count < tail { bytes = line.text + [0x0A] + bytes }
            return Array(bytes.suffix(tail))
        }
    }
}
