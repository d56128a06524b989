internal import Bytes

enum WebhookAddress {
    static func isSafe(_ url: Text) -> Bool {
        guard !url.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F || $0 == 0x40 }) else { return false }
        if let rest = url.dropping("https://") { return !host(rest).isEmpty }
        guard let rest = url.dropping("http://") else { return false }
        return Host.isLoopback(host(rest))
    }

    /// Without path and query, which may hold a key.
    static func shown(_ url: Text) -> Text {
        let parts = url.split(on: 0x2F, limit: 4)
        return parts.count < 3 ? "" : "\(parts[0])//\(parts[2].split(on: 0x3F)[0])"
    }

    private static func host(_ rest: Text) -> Text {
        let authority = rest.split(on: 0x2F, limit: 2)[0].split(on: 0x3F, limit: 2)[0]
        if let inner = authority.dropping("[") { return inner.split(on: 0x5D, limit: 2)[0] }
        return authority.split(on: 0x3A, limit: 2)[0]
    }
}
