import Bytes
import Testing
import Wire

/// Whichever byte of a signed request is changed, the request is refused.
struct SignatureMutationTests {
    private static let flips: [UInt8] = [0x01, 0x02, 0x04, 0x10, 0x20, 0x40]

    private static let header: Request = {
        var request = Sample.json(#"{"SecretId":"prod/database"}"#)
        request.target = "/path/to%20it/?b=2&a=%C3%A9+1"
        return Sample.signed(request)
    }()

    private static let query: Request = {
        var signer = Sample.signer
        signer.sessionToken = "token/of+a session=="
        return signer.presign(
            Sample.plain("GET", "/?Action=GetCallerIdentity&Version=2011-06-15"), at: Sample.now, expires: 60)
    }()

    @Test func unchangedIsAccepted() {
        #expect(Self.header.isAccepted())
        #expect(Self.query.isAccepted())
    }

    @Test(arguments: ["header", "query"])
    func everyByteCounts(_ form: String) {
        let request = form == "header" ? Self.header : Self.query
        var tried = 0
        func refuse(_ changed: Request, _ what: String) {
            tried += 1
            #expect(!changed.isAccepted(), "\(what)")
        }
        for (text, what) in Self.variants(request.method) {
            refuse(Self.changed(request) { $0.method = text }, "method, \(what)")
        }
        for (text, what) in Self.variants(request.target, isURL: true) {
            refuse(Self.changed(request) { $0.target = text }, "target, \(what)")
        }
        for index in request.headers.indices {
            for (text, what) in Self.variants(request.headers[index].name, isName: true) {
                refuse(
                    Self.changed(request) { $0.headers[index].name = text }, "\(request.headers[index].name), \(what)")
            }
            for (text, what) in Self.variants(request.headers[index].value) {
                refuse(Self.changed(request) { $0.headers[index].value = text }, "\(request.headers[index]), \(what)")
            }
        }
        for index in request.body.indices {
            for flip in Self.flips { refuse(Self.changed(request) { $0.body[index] ^= flip }, "body at \(index)") }
        }
        #expect(tried > 1500)
    }

    @Test func partsThatMoveAreRefused() {
        var request = Self.header
        #expect(!request.with("x-amz-extra", "1").isAccepted())
        request.headers.append(Header("x-amz-target", "secretsmanager.DeleteSecret"))
        #expect(!request.isAccepted())
        #expect(!Self.changed(Self.header) { $0.body.append(0x20) }.isAccepted())
        #expect(!Self.changed(Self.header) { $0.body.removeLast() }.isAccepted())
        #expect(!Self.changed(Self.header) { $0.target += "&c" }.isAccepted())
        for name in ["host", "x-amz-date", "x-amz-target", "content-type", "authorization"] {
            #expect(!Self.header.with(name, nil).isAccepted(), "without \(name)")
        }
    }

    /// What HTTP itself may change on the way.
    @Test func equivalentRequestsAreAccepted() {
        var request = Self.header
        for index in request.headers.indices {
            request.headers[index].name = Text(request.headers[index].name).asciiLowercased.string
        }
        request.headers.reverse()
        #expect(request.isAccepted())
        request.headers.append(Header("Via", "1.1 proxy"))
        #expect(request.isAccepted())
        #expect(request.with("content-type", "  application/x-amz-json-1.1 ").isAccepted())
        #expect(!request.with("content-type", "application/x-amz-json-1.1\t").isAccepted())
    }

    private static func changed(_ request: Request, _ change: (inout Request) -> Void) -> Request {
        var copy = request
        change(&copy)
        return copy
    }

    /// Each byte, flipped in a few ways that leave ASCII ASCII and mean something else.
    private static func variants(
        _ text: String, isName: Bool = false, isURL: Bool = false
    ) -> [(text: String, what: String)] {
        let bytes = Array(text.utf8)
        var out: [(String, String)] = []
        for index in bytes.indices {
            for flip in flips {
                let isLetter = bytes[index] | 0x20 >= 0x61 && bytes[index] | 0x20 <= 0x7A
                if flip == 0x20, isLetter {
                    // Names of headers and digits of escapes have no case.
                    if isName { continue }
                    if isURL, bytes[max(0, index - 2)..<index].contains(0x25) { continue }
                }
                var changed = bytes
                changed[index] ^= flip
                out.append((String(decoding: changed, as: UTF8.self), "byte \(index) ^ \(flip)"))
            }
        }
        return out
    }
}
