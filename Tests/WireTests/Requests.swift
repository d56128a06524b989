import Bytes
import Wire

/// A day and a key that all tests of signatures share.
enum Sample {
    static let now = Timestamp(seconds: 1_756_557_360)
    static let date: Text = "20250830"
    static let secret = Array("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".utf8)
    static let signer = Signer(
        accessKeyID: "AKIAIOSFODNN7EXAMPLE", secret: secret, region: "eu-central-1", service: "secretsmanager")
    static let key = SigningKey.derive(
        secret: secret, date: date, region: "eu-central-1", service: "secretsmanager")

    static func json(_ body: String = #"{"SecretId":"a"}"#, target: String? = "secretsmanager.GetSecretValue")
        -> Request
    {
        var request = plain("POST", "/", body, type: "application/x-amz-json-1.1")
        if let target { request.headers.append(Header("X-Amz-Target", target)) }
        return request
    }

    static func form(_ body: String) -> Request {
        plain("POST", "/", body, type: "application/x-www-form-urlencoded; charset=utf-8")
    }

    static func plain(_ method: String, _ target: String, _ body: String = "", type: String? = nil) -> Request {
        var headers = [Header("Host", "localhost:8333")]
        if let type { headers.append(Header("Content-Type", type)) }
        return Request(
            method: method, target: target, headers: Headers(headers), body: Array(body.utf8),
            peer: Peer(address: "127.0.0.1"))
    }

    static func signed(_ request: Request = json()) -> Request {
        var request = request
        signer.sign(&request, at: now)
        return request
    }
}

extension Request {
    mutating func set(_ name: String, _ value: String?) {
        let lowered = Text(name).asciiLowercased.string
        headers.removeAll { $0.isNamed(lowered) }
        if let value { headers.append(Header(name, value)) }
    }

    func with(_ name: String, _ value: String?) -> Request {
        var copy = self
        copy.set(name, value)
        return copy
    }

    /// Whether all that stands between the socket and a known caller lets it pass.
    func isAccepted(at now: Timestamp = Sample.now) -> Bool {
        do {
            let claim = try SignatureClaim.read(self, try Envelope(self))
            try claim.check(now: now, service: claim.service)
            let key = SigningKey.derive(
                secret: Sample.secret, date: claim.date, region: claim.region, service: claim.service)
            return claim.verify(self, key: key) && claim.accessKeyID == Sample.signer.accessKeyID
        } catch {
            return false
        }
    }

    /// The fault or flaw that refuses it, if any.
    func flaw(at now: Timestamp = Sample.now, service: Text = "secretsmanager") throws -> SignatureFlaw? {
        let envelope = try Envelope(self)
        do throws(SignatureFlaw) {
            let claim = try SignatureClaim.read(self, envelope)
            try claim.check(now: now, service: service)
            return claim.verify(self, key: Sample.key) ? nil : .mismatch
        } catch {
            return error
        }
    }

    func invocation() throws(Fault) -> Invocation { try Invocation.recognize(self, try Envelope(self), RouteTable()) }
}

func fault(_ body: () throws(Fault) -> Void) -> Fault? {
    do throws(Fault) { try body() } catch { return error }
    return nil
}
