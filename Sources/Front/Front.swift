package import Bytes
internal import NIOCore
internal import NIOPosix
package import Services

/// Every socket: HTTP/1.1 and HTTP/2, with or without TLS, between clients and the door.
package final class Front: Sendable {
    package struct Unusable: Error, CustomStringConvertible {
        package let description: String
    }

    private let group: MultiThreadedEventLoopGroup
    private let lobby: Lobby
    private let tallies: [Tally]
    private let listener: any Channel
    private let log: @Sendable (Text) -> Void
    /// The address that it listens on; the port is the one picked if 0 was asked for.
    package let boundAddress: (host: String, port: Int)

    private init(
        group: MultiThreadedEventLoopGroup,
        lobby: Lobby,
        tallies: [Tally],
        listener: any Channel,
        log: @escaping @Sendable (Text) -> Void
    ) {
        self.group = group
        self.lobby = lobby
        self.tallies = tallies
        self.listener = listener
        self.log = log
        boundAddress = (listener.localAddress?.ipAddress ?? "", listener.localAddress?.port ?? 0)
    }

    /// Returns when it listens. Throws when it can't: address in use, bad certificate.
    ///
    /// `log` is for the operator: one line each, never anything from a request.
    package static func start(
        _ options: FrontOptions,
        door: any Door,
        pages: Pages,
        log: @escaping @Sendable (Text) -> Void
    ) async throws -> Front {
        let certificates = try certificates(options)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: max(1, options.loops))
        do {
            var seats: [Lobby.Seat] = []
            var tallies: [Tally] = []
            let largeBodies = LargeBodies(most: options.limits.maxLargeBodies)
            for loop in group.makeIterator() {
                let tally = Tally()
                tallies.append(tally)
                seats.append(try await seat(at: loop, options, door, pages, tally, largeBodies))
            }
            let census = Census(maximum: options.limits.maxConnections)
            let lobby = Lobby(seats: seats, census: census, certificates: certificates)
            let listener = try await listen(group, options, lobby, log)
            return Front(group: group, lobby: lobby, tallies: tallies, listener: listener, log: log)
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
    }

    private static func certificates(_ options: FrontOptions) throws -> Certificates? {
        switch (options.certificatePath, options.keyPath) {
        case (nil, nil): nil
        case (let certificate?, let key?):
            try Certificates(
                certificatePath: certificate,
                keyPath: key,
                shutdown: TimeAmount(options.limits.lingerTimeout)
            )
        default: throw Unusable(description: "TLS needs both a certificate and a key")
        }
    }

    private static func seat(
        at loop: any EventLoop,
        _ options: FrontOptions,
        _ door: any Door,
        _ pages: Pages,
        _ tally: Tally,
        _ largeBodies: LargeBodies
    ) async throws -> Lobby.Seat {
        let desk = try await loop.submit {
            let desk = Desk(
                loop: loop, options: options, door: door, pages: pages, tally: tally, largeBodies: largeBodies)
            desk.open()
            return NIOLoopBound(desk, eventLoop: loop)
        }.get()
        let bell = Bell(desk, loop: loop)
        door.observe { bell.ring() }
        return Lobby.Seat(loop: loop, desk: desk)
    }

    private static func listen(
        _ group: MultiThreadedEventLoopGroup,
        _ options: FrontOptions,
        _ lobby: Lobby,
        _ log: @escaping @Sendable (Text) -> Void
    ) async throws -> any Channel {
        try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AcceptTrouble(log: log))
                }
            }
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            // A second read would find nothing: a client waits for its reply.
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try lobby.admit(channel) }
            }
            .bind(host: options.host, port: options.port).get()
    }

    package var figures: FrontFigures {
        var figures = lobby.census.figures
        for tally in tallies { tally.add(to: &figures) }
        return figures
    }

    /// Reads the files again, for connections that come from now on. Bad files: throws, says so in the log, and goes on with
    /// the certificate it has.
    package func reloadCertificates() throws {
        guard let certificates = lobby.certificates else { return }
        do {
            try certificates.reload()
            log("TLS certificate reloaded")
        } catch {
            log("TLS certificate not reloaded, the old one stays in use: \(String(describing: error))")
            throw error
        }
    }

    /// Stops accepting, lets every request that has arrived be answered, closes; after `seconds` closes what is left. The
    /// front is of no use afterwards.
    package func drain(deadline seconds: Double) async {
        try? await listener.close().get()
        each { $0.drain() }
        let empty = group.next().makePromise(of: Void.self)
        lobby.census.awaitEmpty(empty)
        let census = lobby.census
        let patience = TimeAmount.nanoseconds(Int64(max(0, min(seconds, 86_400)) * 1e9))
        let timer = empty.futureResult.eventLoop.scheduleTask(in: patience) { census.giveUp() }
        try? await empty.futureResult.get()
        timer.cancel()
        let left = census.figures.open
        if left > 0 { log("closing \(left) connections that did not finish in time") }
        each {
            $0.abort()
            $0.close()
        }
        try? await group.shutdownGracefully()
    }

    private func each(_ action: @escaping @Sendable (Desk) -> Void) {
        for seat in lobby.seats { seat.loop.execute { action(seat.desk.value) } }
    }
}
