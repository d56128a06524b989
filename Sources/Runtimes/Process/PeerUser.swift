internal import CSandbox

/// Who is at the other end of a connection on the loopback interface, where every process of the host can connect.
enum PeerUser {
    /// - Parameters:
    ///   - peer: the port that it comes from.
    ///   - own: the port that it came to.
    static func of(peer: Int, own: Int) -> UInt32? { UInt32(exactly: up_peer(Int32(peer), Int32(own))) }
}
