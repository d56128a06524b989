internal import NIOCore
internal import NIOSSL

/// Where accepted connections come in: counted, and led to the desk of their event loop.
struct Lobby: Sendable {
    struct Seat: Sendable {
        let loop: any EventLoop
        let desk: NIOLoopBound<Desk>
    }

    struct Full: Error {}

    let seats: [Seat]
    let census: Census
    let certificates: Certificates?

    /// On the connection's event loop. Throwing closes the connection.
    func admit(_ channel: any Channel) throws {
        guard let seat = seats.first(where: { $0.loop === channel.eventLoop }), census.enter() else { throw Full() }
        let census = census
        channel.closeFuture.whenComplete { _ in census.leave() }
        let pipeline = channel.pipeline.syncOperations
        if let certificates {
            // The end of a TCP stream means nothing in TLS; waiting for a proper goodbye after it would be in vain.
            try channel.syncOptions?.setOption(.allowRemoteHalfClosure, value: false)
            try pipeline.addHandler(NIOSSLServerHandler(context: certificates.current))
        }
        try pipeline.addHandler(Opening(desk: seat.desk.value, isSecure: certificates != nil))
    }
}
