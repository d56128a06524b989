package import Bytes

/// Where REST-JSON finds an operation: a method, a path, and the members that travel in the path, the query string or headers.
/// All others are members of the JSON body, unless one member is the body.
package struct Route: Sendable {
    enum Segment: Sendable, Equatable {
        case fixed(Text)
        case label(Text)
    }

    let method: Text
    let segments: [Segment]
    /// Names in the query string and the members that they are.
    let query: [Text: Text]
    /// Names of headers, in lower case, and the members that they are.
    let headers: [Text: Text]
    /// The member that is the body, as it is.
    let payload: Text?
    /// Models of different years differ in it.
    let mayEndInSlash: Bool
    package let reply: RouteReply

    /// - Parameter path: as the model's `requestUri`, without greedy labels: `/things/{thingId}/parts`.
    package init(
        _ method: Text, _ path: Text, query: [Text: Text] = [:], headers: [Text: Text] = [:], payload: Text? = nil,
        mayEndInSlash: Bool = false, reply: RouteReply = RouteReply()
    ) {
        self.method = method
        self.query = query
        self.headers = headers
        self.payload = payload
        self.mayEndInSlash = mayEndInSlash
        self.reply = reply
        segments = path.split(on: 0x2F).dropFirst().map { part in
            part.hasPrefix("{") ? .label(Text(decoding: part.bytes.dropFirst().dropLast())) : .fixed(part)
        }
    }

    /// The labels of a path that is this route's; `nil` for any other path.
    ///
    /// Fixed parts are compared as they were sent. Dot segments are never labels: the signature does not cover them.
    func labels(in path: ArraySlice<UInt8>) -> [Text: Text]? {
        var parts = path.split(separator: 0x2F, omittingEmptySubsequences: false).dropFirst()
        if mayEndInSlash, parts.count == segments.count + 1, parts.last?.isEmpty ?? false { parts.removeLast() }
        guard parts.count == segments.count else { return nil }
        var labels: [Text: Text] = [:]
        for (part, segment) in zip(parts, segments) {
            switch segment {
            case .fixed(let text): guard part.elementsEqual(text.utf8) else { return nil }
            case .label(let name):
                guard !part.isEmpty, !part.elementsEqual(".".utf8), !part.elementsEqual("..".utf8),
                    let decoded = PercentCoding.decode(part), let value = Text(utf8: decoded)
                else { return nil }
                labels[name] = value
            }
        }
        return labels
    }
}

/// The routes of all services: their paths are disjoint, so that a path tells the service too.
package struct RouteTable: Sendable {
    private let routes: [(route: Route, entry: Int)]

    /// - Parameter routes: each with the number by which ``Invocation/route`` names it.
    package init(_ routes: [(Route, Int)] = []) { self.routes = routes.map { (route: $0.0, entry: $0.1) } }

    /// `nil` for a request that no route leads to, the path `/` of the other protocols first of all: it costs a look at two
    /// bytes.
    func find(_ request: Request) -> (route: Route, entry: Int, labels: [Text: Text], query: ArraySlice<UInt8>)? {
        var start = request.target.utf8.makeIterator()
        guard start.next() == 0x2F, let second = start.next(), second != 0x3F else { return nil }
        let target = Array(request.target.utf8)
        let mark = target.firstIndex(of: 0x3F) ?? target.endIndex
        for (route, entry) in routes where route.method.utf8.elementsEqual(request.method.utf8) {
            guard let labels = route.labels(in: target[..<mark]) else { continue }
            return (route, entry, labels, target[mark...].dropFirst())
        }
        return nil
    }
}
