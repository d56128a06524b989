internal import Bytes
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import Services

extension Environment {
    /// Of the process to its Runtime API, which needs one or two.
    static let connectionLimit = 8

    /// The Runtime API's address, as host and port.
    func listen() async throws -> Text {
        let listener = try await ServerBootstrap(group: loop, childGroup: loop)
            .serverChannelOption(.backlog, value: 16)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    // Each may carry a payload of some megabytes into our memory.
                    guard self.state.value.connections.count < Self.connectionLimit else {
                        throw Refusal("too many connections")
                    }
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    let handler = RuntimeAPI(environment: self)
                    self.state.value.connections[ObjectIdentifier(handler)] = channel
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        try await loop.submit { self.state.value.listener = listener }.get()
        guard let port = listener.localAddress?.port else { throw Refusal("a Runtime API has no address") }
        return "127.0.0.1:\(port)"
    }

    /// Starts the process, whose output goes into the other end of ``output``.
    func start(_ plan: SpawnPlan, into writer: Descriptor, announcing line: Text) async throws {
        let input = try Descriptor.file("/dev/null")
        let reader = try output.duplicate()
        _ = try await NIOPipeBootstrap(group: loop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(OutputReader(environment: self))
                }
            }
            .takingOwnershipOfDescriptor(input: reader).get()
        try await loop.submit {
            self.state.value.started = self.clock.monotonic()
            self.state.value.log.append(line: line, at: self.clock.now())
            self.state.value.process = try ChildProcess(plan, input: input, output: writer) { [loop = self.loop] end in
                loop.execute { self.ended(end) }
            }
        }.get()
    }
}

/// Standard output and error of a process.
private final class OutputReader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let environment: Environment

    init(environment: Environment) { self.environment = environment }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { environment.wrote(unwrapInboundIn(data)) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
