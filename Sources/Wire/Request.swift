package import Bytes

package struct Header: Sendable {
    package var name: String
    package var value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// What the transport knows about the other side.
package struct Peer: Sendable {
    package struct TLS: Sendable {
        /// As CloudTrail prints it, e.g. `TLSv1.3`.
        package var version: Text
        package var cipherSuite: Text

        package init(version: Text, cipherSuite: Text) {
            self.version = version
            self.cipherSuite = cipherSuite
        }
    }

    /// Textual IP address, no port.
    package var address: Text
    package var tls: TLS?

    package init(address: Text, tls: TLS? = nil) {
        self.address = address
        self.tls = tls
    }
}

/// A request as it arrived: nothing in it has been believed yet.
package struct Request: Sendable {
    package var method: String
    /// The request target as sent, still percent-encoded: path, then `?` and the query if there is one.
    package var target: String
    package var headers: Headers
    package var body: [UInt8]
    package var peer: Peer

    package init(method: String, target: String, headers: Headers, body: [UInt8], peer: Peer) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        self.peer = peer
    }
}

extension Request {
    /// The first header of that name. `name` must be lower case.
    package func header(_ name: String) -> String? { headers.first { $0.isNamed(name) }?.value }
}

extension Header {
    /// ASCII case-insensitive, byte by byte. `lowercased` must be lower case.
    package func isNamed(_ lowercased: String) -> Bool {
        ASCII.matches(name, lowercased)
    }
}

/// An answer in its wire form.
package struct Reply: Sendable {
    package var status: Int
    package var contentType: String
    /// Beside content type, length, date and request id, which the front writes itself.
    package var headers: [Header]
    package var body: [UInt8]

    package init(status: Int, contentType: String, headers: [Header] = [], body: [UInt8]) {
        self.status = status
        self.contentType = contentType
        self.headers = headers
        self.body = body
    }
}
