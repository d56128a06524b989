internal import NIOHTTP1
internal import Wire

/// A request that is answered here, with a status and nothing else, and not shown to the door.
struct Refusal: Error, Equatable {
    var status: Int

    static let malformed = Refusal(status: 400)
    static let bodyTooLarge = Refusal(status: 413)
    static let expectationFailed = Refusal(status: 417)
    static let headTooLarge = Refusal(status: 431)
    static let overloaded = Refusal(status: 503)

    var reply: Reply { Reply(status: status, contentType: "", body: []) }
}

/// What a head says about its request and about the bytes that follow.
struct Plan {
    enum Body: Equatable { case none, length(Int), chunked }

    var method: String
    var target: String
    var headers: Headers
    var body: Body
    var maxBody: Int
    /// Of a body over the ordinary limit.
    var room: LargeBodies.Room?
    var closes: Bool
    /// HTTP/1.0 keeps a connection only if both sides say so.
    var saysKeepAlive: Bool
    var expectsContinue: Bool
    /// NIO's parser stops for good after such a message.
    var upgrades: Bool
}

/// Refuses what NIO's parser, strict as it is, lets pass and what two programs could read in two ways.
struct HeadCheck {
    private var host: String?
    private var length: String?
    private var encoding: String?
    private var expectation: String?
    private var upgrades = false
    private var singles = Singles()

    static func examine(_ head: HTTPRequestHead, limits: FrontOptions.Limits) throws(Refusal) -> Plan {
        var check = HeadCheck()
        var headers = Headers()
        for (name, value) in head.headers {
            let header = Header(name, value)
            try check.note(header)
            headers.append(name: name.utf8, value: value.utf8)
        }
        let isOld = head.version.minor == 0
        if check.host == nil, !isOld { throw .malformed }
        let target = try Target.originForm(head.uri, method: head.method.rawValue, host: check.host)
        let body = try check.body(isOld: isOld, maxBody: limits.maxBody(head.method.rawValue, target))
        let isKept = head.isKeepAlive
        return Plan(
            method: head.method.rawValue,
            target: target,
            headers: headers,
            body: body,
            maxBody: body == .chunked ? limits.maxBody : limits.maxBody(head.method.rawValue, target),
            closes: !isKept,
            saysKeepAlive: isOld && isKept,
            expectsContinue: try check.expectsContinue() && !isOld,
            upgrades: check.upgrades
        )
    }

    /// Most names are told apart by their length alone.
    private mutating func note(_ header: Header) throws(Refusal) {
        switch header.name.utf8.count {
        case 4 where header.isNamed("host"):
            guard host == nil, Target.isAuthority(header.value) else { throw .malformed }
            host = header.value
        case 6 where header.isNamed("expect"):
            guard expectation == nil else { throw .malformed }
            expectation = header.value
        case 7 where header.isNamed("upgrade"):
            upgrades = true
        case 14 where header.isNamed("content-length"):
            guard length == nil else { throw .malformed }
            length = header.value
        case 17 where header.isNamed("transfer-encoding"):
            guard encoding == nil else { throw .malformed }
            encoding = header.value
        default:
            try singles.note(header)
        }
    }

    private func body(isOld: Bool, maxBody: Int) throws(Refusal) -> Plan.Body {
        if let encoding {
            // HTTP/1.0 has no chunks: who sends both may be a proxy that forwards what it does not understand.
            guard length == nil, !isOld, Header("", encoding).hasValue("chunked") else { throw .malformed }
            return .chunked
        }
        guard let length else { return .none }
        let count = try Self.decimal(length)
        guard count <= maxBody else { throw .bodyTooLarge }
        return count == 0 ? .none : .length(count)
    }

    private func expectsContinue() throws(Refusal) -> Bool {
        guard let expectation else { return false }
        guard Header("", expectation).hasValue("100-continue") else { throw .expectationFailed }
        return true
    }

    /// Digits only: `Int("+5")` is 5.
    static func decimal(_ text: String) throws(Refusal) -> Int {
        guard (1...18).contains(text.utf8.count) else { throw .malformed }
        var value = 0
        for byte in text.utf8 {
            guard byte >= 0x30, byte <= 0x39 else { throw .malformed }
            value = value * 10 + Int(byte - 0x30)
        }
        return value
    }
}

/// Headers that decide, and that must not come twice: the reader of the first and the reader of the last would differ.
struct Singles {
    private var seen: UInt8 = 0

    mutating func note(_ header: Header) throws(Refusal) {
        let bit: UInt8
        switch header.name.utf8.count {
        case 10 where header.isNamed("x-amz-date"): bit = 1
        case 12 where header.isNamed("x-amz-target"): bit = 2
        case 12 where header.isNamed("content-type"): bit = 4
        case 13 where header.isNamed("authorization"): bit = 8
        case 20 where header.isNamed("x-amz-security-token"): bit = 16
        case 20 where header.isNamed("x-amz-content-sha256"): bit = 32
        default: return
        }
        guard seen & bit == 0 else { throw .malformed }
        seen |= bit
    }
}

extension Header {
    /// ASCII case-insensitive. `lowercased` must be lower case.
    func hasValue(_ lowercased: String) -> Bool { Header(value, "").isNamed(lowercased) }
}
