internal import NIOCore
internal import Wire

/// Writes a reply as HTTP/1.1 bytes.
enum ResponseHead {
    /// What the connection adds to its status line and headers.
    enum Connection { case keep, keepSaidAloud, close }

    static func write(
        _ reply: Reply,
        requestID: String,
        date: String,
        connection: Connection,
        omitBody: Bool,
        to out: inout ByteBuffer
    ) {
        let hasBody = reply.status != 204 && reply.status != 304
        if reply.status == 200, !requestID.isEmpty {
            // Nearly every reply: one piece where the general way takes three.
            writeField("HTTP/1.1 200 OK\r\nx-amzn-RequestId: ", requestID, to: &out)
        } else {
            writeStatus(reply.status, to: &out)
            if !requestID.isEmpty { writeField("\r\nx-amzn-RequestId: ", requestID, to: &out) }
        }
        if !reply.contentType.isEmpty { writeField("\r\nContent-Type: ", reply.contentType, to: &out) }
        if hasBody { writeField("\r\nContent-Length: ", String(reply.body.count), to: &out) }
        writeField("\r\nDate: ", date, to: &out)
        for header in reply.headers where isSafe(header) {
            out.writeStaticString("\r\n")
            out.writeString(header.name)
            writeField(": ", header.value, to: &out)
        }
        switch connection {
        case .keep: out.writeStaticString("\r\n\r\n")
        case .keepSaidAloud: out.writeStaticString("\r\nConnection: keep-alive\r\n\r\n")
        case .close: out.writeStaticString("\r\nConnection: close\r\n\r\n")
        }
        if hasBody, !omitBody { out.writeBytes(reply.body) }
    }

    /// A line break in a value would let whoever chose the value write the rest of the reply.
    static func isSafe(_ header: Header) -> Bool {
        !header.name.isEmpty && header.name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x3A }
            && header.value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
    }

    private static func writeField(_ before: StaticString, _ value: String, to out: inout ByteBuffer) {
        out.writeStaticString(before)
        out.writeString(value)
    }

    private static func writeStatus(_ status: Int, to out: inout ByteBuffer) {
        out.writeStaticString("HTTP/1.1 ")
        out.writeString(String(status))
        out.writeStaticString(" ")
        out.writeStaticString(reason(status))
    }

    private static func reason(_ status: Int) -> StaticString {
        switch status {
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 204: "No Content"
        case 304: "Not Modified"
        case 400: "Bad Request"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 413: "Content Too Large"
        case 417: "Expectation Failed"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 503: "Service Unavailable"
        case 200..<300: "OK"
        case 300..<400: "Redirect"
        case 400..<500: "Bad Request"
        default: "Error"
        }
    }
}
