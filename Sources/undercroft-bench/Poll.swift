import Glibc

/// `poll` over the connections, by index.
///
/// Its cost grows with the connections, but so does the number of answers that each call finds when the load is the
/// slower side; and it needs no C target, which `epoll` would.
struct Poll {
    private var entries: [pollfd] = []

    mutating func set(_ socket: Socket, index: Int) {
        let entry = pollfd(fd: socket.descriptor, events: Int16(POLLIN), revents: 0)
        if index < entries.count { entries[index] = entry } else { entries.append(entry) }
    }

    /// For a connection that has nothing more to ask.
    mutating func ignore(_ index: Int) { entries[index].fd = -1 }

    /// Waits for readable connections; 50 ms at most, so that a run ends in time.
    mutating func wait(_ ready: inout [Int]) {
        ready.removeAll(keepingCapacity: true)
        guard unsafe poll(&entries, nfds_t(entries.count), 50) > 0 else { return }
        for index in entries.indices where entries[index].revents != 0 { ready.append(index) }
    }
}
