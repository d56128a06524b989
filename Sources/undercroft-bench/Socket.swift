import Glibc

/// A TCP connection to the server: sends block, receives don't.
struct Socket {
    let descriptor: Int32

    /// `HOST:PORT` with a numeric IPv4 host.
    init(_ address: String) throws(Trouble) {
        let parts = address.split(separator: ":")
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        guard parts.count == 2, let port = UInt16(parts[1]),
            unsafe inet_pton(AF_INET, String(parts[0]), &name.sin_addr) == 1
        else { throw Trouble("--connect must be IPV4:PORT, not \(address)") }
        name.sin_port = port.bigEndian
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Trouble("no socket: errno \(errno)") }
        let connected = unsafe withUnsafePointer(to: &name) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { throw Trouble("can't connect to \(address): errno \(errno)") }
        var on: Int32 = 1
        unsafe setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    func hangUp() { close(descriptor) }

    func send(_ bytes: [UInt8]) throws(Trouble) {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                let rest = unsafe buffer.baseAddress.map { unsafe $0 + sent }
                return unsafe Glibc.send(descriptor, rest, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Trouble("send: errno \(errno)") }
            sent += count
        }
    }

    enum Received {
        case bytes(Int)
        case nothing
        case end
    }

    /// Fills `buffer` from its start.
    func receive(into buffer: inout [UInt8], waits: Bool = false) -> Received {
        let flags = waits ? 0 : Int32(MSG_DONTWAIT)
        let count = unsafe buffer.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, flags) }
        if count > 0 { return .bytes(count) }
        return count < 0 && (errno == EAGAIN || errno == EINTR) ? .nothing : .end
    }
}
