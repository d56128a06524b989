internal import Bytes
internal import NIOCore
internal import NIOHTTP1
internal import Services

/// What the process says through its Runtime API; on the loop.
extension Environment {
    func poll(_ who: ObjectIdentifier, reply: @escaping (RuntimeAPI.Reply) -> Void) {
        if let current = state.value.current, current.isDelivered, current.answer == nil {
            return reply(
                .flaw(
                    .forbidden, "InvalidStateTransition",
                    "State transition from RuntimeRunning to RuntimeReady failed: the invocation has no response."))
        }
        if !state.value.isReady {
            state.value.isReady = true
            state.value.initNanoseconds = clock.monotonic() - state.value.started
        }
        state.value.poll = (who, reply)
        deliver()
    }

    func respond(to id: Text, _ answer: Response) -> RuntimeAPI.Reply {
        guard let current = state.value.current, current.isDelivered, current.answer == nil,
            current.delivery.requestID == id
        else { return .flaw(.badRequest, "InvalidRequestID", "Invalid request ID") }
        // Killed already: the answer came too late.
        guard !current.isLate else { return .flaw(.badRequest, "InvalidRequestID", "Invalid request ID") }
        state.value.current?.answer = answer
        current.timer?.cancel()
        loop.execute { self.settle() }
        guard case .tooLarge = answer else { return RuntimeAPI.Reply() }
        return .flaw(
            .payloadTooLarge, "RequestEntityTooLarge",
            "Exceeded maximum allowed payload size (\(RuntimeAPI.payloadLimit) bytes).")
    }

    func initFailed(_ body: [UInt8]) -> RuntimeAPI.Reply {
        guard !state.value.isReady else {
            return .flaw(
                .forbidden, "InvalidStateTransition",
                "State transition from RuntimeReady to RuntimeInitError failed: initialization is over.")
        }
        state.value.initFlaw = body
        return RuntimeAPI.Reply()
    }

    func hungUp(_ who: ObjectIdentifier) {
        state.value.connections[who] = nil
        if state.value.poll?.who == who { state.value.poll = nil }
    }

    func wrote(_ output: ByteBuffer) {
        state.value.log.append(output: output.readableBytesView, at: clock.now())
    }

    func ended(_ end: ChildProcess.End) {
        state.value.end = end
        state.value.poll = nil
        state.value.listener?.close(promise: nil)
        for connection in state.value.connections.values { connection.close(promise: nil) }
        state.value.connections = [:]
        // First, so that nobody gets it again.
        onEnd()
        if state.value.current?.answer == nil { settle() }
    }
}
