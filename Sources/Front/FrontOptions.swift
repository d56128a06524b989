package import Bytes

/// How a ``Front`` listens and what it puts up with.
package struct FrontOptions: Sendable {
    /// An address or a name to listen on. IPv6 without brackets.
    package var host: String
    /// 0 picks a free one, see ``Front/boundAddress``.
    package var port: Int
    /// PEM, the leaf first. TLS is on when both paths are there; one alone is an error.
    package var certificatePath: String?
    package var keyPath: String?
    /// Event loop threads, at least 1.
    package var loops: Int
    package var limits: Limits
    /// For the `Date` header alone.
    package var clock: @Sendable () -> Timestamp

    package init(
        host: String,
        port: Int,
        certificatePath: String? = nil,
        keyPath: String? = nil,
        loops: Int = 1,
        limits: Limits = Limits(),
        clock: @escaping @Sendable () -> Timestamp = { WallClock.now }
    ) {
        self.host = host
        self.port = port
        self.certificatePath = certificatePath
        self.keyPath = keyPath
        self.loops = loops
        self.limits = limits
        self.clock = clock
    }

    /// Every bound of the listener. Times are kept to within a tenth, at most half a second.
    package struct Limits: Sendable {
        /// Bytes of the request line and all header lines. Beyond: 431.
        package var maxHead = 16 * 1024
        /// Beyond: 431.
        package var maxHeaders = 100
        /// Bytes. Beyond: 413.
        package var maxBody = 1 << 20
        /// Of a request that brings a function's code: a zip of 50 MiB in base64.
        package var maxCode = 70 << 20
        /// Of what a function is invoked with: a little over Lambda's limit, so that Lambda's own words refuse it.
        package var maxInvocation = 6 << 20 | 1 << 16
        /// Of all bodies over ``maxBody`` together. Beyond: 503.
        package var maxLargeBodies = 160 << 20
        /// From the first byte of a request to the end of its head; also for a TLS handshake.
        package var headTimeout = Duration.seconds(5)
        /// From the end of the head to the end of the body, and ``minBodyRate`` on top.
        package var bodyTimeout = Duration.seconds(30)
        /// Bytes per second: each byte of a body grants its share of time beyond ``bodyTimeout``.
        package var minBodyRate = 1024
        /// Without a request, or without taking the replies.
        package var idleTimeout = Duration.seconds(60)
        /// How long a connection that is refused may go on sending, so that it can read why.
        package var lingerTimeout = Duration.seconds(2)
        /// Beyond: closed at once.
        package var maxConnections = 10_000
        /// Requests of one HTTP/1 connection whose replies are outstanding; the next is not read before.
        package var maxPipelined = 16
        package var maxStreams = 100

        package init() {}
    }
}
