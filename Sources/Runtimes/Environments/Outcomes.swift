internal import Bytes
internal import Services

/// What an invocation's end is called, in Lambda's words.
struct Outcomes {
    let image: FunctionImage
    let requestID: Text
    let now: Timestamp

    func outcome(_ verdict: Verdict, _ logStream: Text) -> FunctionOutcome {
        var log = verdict.log
        func add(_ line: Text) { log.append(FunctionOutcome.Line(time: now, text: line.bytes)) }
        var end = FunctionOutcome.End.failed
        var status: Text = ""
        let payload: [UInt8]
        switch verdict.end {
        case .answered(.value(let value)):
            end = .succeeded
            payload = value
        case .answered(.flaw(let flaw)):
            payload = flaw.isEmpty ? error("Unhandled", "the function failed without saying why") : flaw
        case .answered(.tooLarge):
            let words: Text =
                "Response payload size exceeded maximum allowed payload size (\(RuntimeAPI.payloadLimit) bytes)."
            payload = error("Function.ResponseSizeTooLarge", words)
        case .timedOut:
            let words: Text = "Task timed out after \(image.timeoutSeconds).00 seconds"
            add("\(now.iso8601) \(requestID) \(words)")
            status = "\tStatus: timeout"
            payload = error("Sandbox.Timedout", "RequestId: \(requestID) Error: \(words)")
        case .crashed(let end):
            let words: Text = "RequestId: \(requestID) Error: \(Self.words(end.reason))"
            add(words)
            status = "\tStatus: error\tError Type: Runtime.ExitError"
            payload = error("Runtime.ExitError", words)
        case .notDelivered: payload = []
        }
        add("END RequestId: \(requestID)")
        add(report(verdict, status))
        return FunctionOutcome(end: end, payload: payload, log: log, logStream: logStream)
    }

    func outcome(_ flaw: InvalidEntrypoint) -> FunctionOutcome {
        let words: Text =
            "RequestId: \(requestID) Error: Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]"
        return FunctionOutcome(
            end: .failed, payload: error("Runtime.InvalidEntrypoint", words),
            log: [FunctionOutcome.Line(time: now, text: words.bytes)], logStream: flaw.logStream)
    }

    private func error(_ kind: Text, _ message: Text) -> [UInt8] {
        var out = ByteBuilder()
        out.append(json: ["errorType": .string(kind), "errorMessage": .string(message)])
        return out.bytes
    }

    private func report(_ verdict: Verdict, _ status: Text) -> Text {
        let billed = (verdict.nanoseconds + 999_999) / 1_000_000
        let used = (verdict.peak + 1_048_575) / 1_048_576
        var line: Text =
            "REPORT RequestId: \(requestID)\tDuration: \(Self.milliseconds(verdict.nanoseconds)) ms\tBilled Duration: \(billed) ms\tMemory Size: \(image.memoryMegabytes) MB\tMax Memory Used: \(used) MB"
        if let nanoseconds = verdict.initNanoseconds {
            line = "\(line)\tInit Duration: \(Self.milliseconds(nanoseconds)) ms"
        }
        return "\(line)\(status)"
    }

    /// With two decimals.
    static func milliseconds(_ nanoseconds: UInt64) -> Text {
        let hundredths = nanoseconds / 10_000
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
    }

    static func words(_ reason: ChildProcess.End.Reason) -> Text {
        switch reason {
        case .exited(0): "Runtime exited without providing a reason"
        // How a sandbox passes on that its program was ended by a signal.
        case .exited(let status) where status > 128 && signals[status - 128] != nil:
            "Runtime exited with error: signal: \(signals[status - 128] ?? "")"
        case .exited(let status): "Runtime exited with error: exit status \(status)"
        case .signalled(let signal): "Runtime exited with error: signal: \(signals[signal] ?? "\(signal)")"
        }
    }

    /// As the Go library, in which Lambda's own supervisor is written, calls them.
    static let signals: [Int32: Text] = [
        1: "hangup", 2: "interrupt", 3: "quit", 4: "illegal instruction", 5: "trace/breakpoint trap", 6: "aborted",
        7: "bus error", 8: "floating point exception", 9: "killed", 11: "segmentation fault", 13: "broken pipe",
        14: "alarm clock", 15: "terminated", 24: "CPU time limit exceeded", 25: "file size limit exceeded",
        31: "bad system call",
    ]
}
