package import Wire

/// What is answered beside AWS's API, without credentials: monitoring.
package struct Pages: Sendable {
    /// `GET /health`
    package var health: @Sendable () async -> Reply
    /// `GET /metrics`
    package var metrics: @Sendable () async -> Reply

    package init(health: @escaping @Sendable () async -> Reply, metrics: @escaping @Sendable () async -> Reply) {
        self.health = health
        self.metrics = metrics
    }

    /// `nil` when the request is for the door.
    func page(for request: Request) -> (@Sendable () async -> Reply)? {
        guard request.method == "GET" || request.method == "HEAD" else { return nil }
        // By bytes, and cheap for "/", which nearly every request asks for.
        let path = request.target.utf8.prefix { $0 != 0x3F }
        guard path.count > 1 else { return nil }
        if path.elementsEqual("/health".utf8) { return health }
        if path.elementsEqual("/metrics".utf8) { return metrics }
        return nil
    }
}
