internal import Bytes
internal import NIOCore
internal import NIOHTTP1
internal import Services

/// An invocation as its environment gets it.
struct Delivery: Sendable {
    var requestID: Text
    var functionARN: Text
    var payload: [UInt8]
    var clientContext: [UInt8]?
    var traceID: Text
    var timeoutSeconds: Int

    func reply(deadline: Timestamp) -> RuntimeAPI.Reply {
        var headers = [
            ("Content-Type", "application/json"),
            ("Lambda-Runtime-Aws-Request-Id", requestID.string),
            ("Lambda-Runtime-Deadline-Ms", "\(deadline.milliseconds)"),
            ("Lambda-Runtime-Invoked-Function-Arn", functionARN.string),
            ("Lambda-Runtime-Trace-Id", traceID.string),
        ]
        if let clientContext {
            headers.append(("Lambda-Runtime-Client-Context", String(decoding: clientContext, as: UTF8.self)))
        }
        // A header is one line; line breaks of JSON mean nothing, and elsewhere there are none.
        headers = headers.map { ($0.0, String(decoding: $0.1.utf8.map { $0 < 0x20 ? 0x20 : $0 }, as: UTF8.self)) }
        return RuntimeAPI.Reply(status: .ok, headers: headers, body: payload)
    }
}

/// What a function answered through the Runtime API.
enum Response: Sendable {
    case value([UInt8])
    case flaw([UInt8])
    case tooLarge
}

/// How an invocation ended.
struct Verdict: Sendable {
    enum End: Sendable {
        case answered(Response)
        case timedOut
        case crashed(ChildProcess.End)
        /// The environment was gone before the function saw anything: another one may be tried.
        case notDelivered
    }

    var end: End
    var log: [FunctionOutcome.Line] = []
    /// From delivery to the end.
    var nanoseconds: UInt64 = 0
    /// From its start to its first question; of the first invocation only.
    var initNanoseconds: UInt64?
    var peak: Int64 = 0
}
