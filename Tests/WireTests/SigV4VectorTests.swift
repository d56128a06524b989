import Bytes
import FoundationEssentials
import Primitives
import Testing

@testable import Wire

/// AWS's signing test suite, version 4.
@Suite(.enabled(if: Shared.sigv4 != nil, "no shared/vectors/sigv4 here: AWS's signing suite was NOT run"))
struct SigV4VectorTests {
    private static let folders: [String] = {
        guard let root = Shared.sigv4 else { return [] }
        return ((try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []).sorted()
    }()

    @Test func suiteIsComplete() { #expect(Self.folders.count >= 38) }

    @Test(arguments: SigV4VectorTests.folders, ["header", "query"])
    func canonicalRequestAndSignature(_ folder: String, _ form: String) throws {
        let vector = try SigningVector(folder)
        let request = try vector.request("\(form)-signed-request.txt")
        let claim = try SignatureClaim.read(request, try Envelope(request))
        #expect((claim.form == .header) == (form == "header"))
        let hash = SHA256.hash(request.body)
        let canonical = CanonicalRequest.bytes(
            request, signed: claim.terms.names, payloadHash: hash, rules: vector.rules)
        #expect(
            canonical.map { Text(String(decoding: $0, as: UTF8.self)) }
                == (try vector.text("\(form)-canonical-request.txt")))
        let toSign = CanonicalRequest.stringToSign(
            canonical ?? [], dateTime: claim.dateTime, scope: claim.terms.credential.scope)
        #expect(Text(String(decoding: toSign, as: UTF8.self)) == (try vector.text("\(form)-string-to-sign.txt")))
        #expect(Hex.encode(claim.signature.bytes) == (try vector.text("\(form)-signature.txt")))
        #expect(claim.verify(request, key: vector.key, rules: vector.rules))
        #expect(!claim.verify(request, key: Sample.key, rules: vector.rules))
        if vector.rules.normalizesPath, !vector.rules.omitsSessionToken {
            #expect(claim.verify(request, key: vector.key))
        }
    }

    @Test(arguments: SigV4VectorTests.folders)
    func signerWritesTheSame(_ folder: String) throws {
        let vector = try SigningVector(folder)
        var request = try vector.request("request.txt")
        let presigned = vector.signer.presign(request, at: vector.time, expires: 3600)
        vector.signer.sign(&request, at: vector.time)
        let expected = try vector.request("header-signed-request.txt")
        #expect(Text(request.header("authorization") ?? "") == Text(expected.header("authorization") ?? "-"))
        // The suite adds an unsigned token without signing again; our presigner has none to add.
        guard !vector.rules.omitsSessionToken else { return }
        #expect(Text(presigned.target) == Text(try vector.request("query-signed-request.txt").target))
    }

    @Test(arguments: SigV4VectorTests.folders)
    func timesAndScopesAreRight(_ folder: String) throws {
        let vector = try SigningVector(folder)
        let request = try vector.request("header-signed-request.txt")
        let claim = try SignatureClaim.read(request, try Envelope(request))
        guard !vector.rules.omitsSessionToken else {
            #expect(throws: SignatureFlaw.headerNotSigned("x-amz-security-token")) {
                try claim.check(now: vector.time, service: "service")
            }
            return
        }
        try claim.check(now: vector.time, service: "service")
        #expect(claim.region == "us-east-1" && claim.date == "20150830" && claim.accessKeyID == "AKIDEXAMPLE")
        #expect(claim.sessionToken == vector.token)
    }
}

private struct SigningVector {
    private let folder: URL
    let rules: CanonicalRequest.Rules
    let signer: Signer
    let key: SigningKey
    let time: Timestamp
    let token: Text?

    init(_ name: String) throws {
        folder = try #require(Shared.sigv4).appending(path: name)
        guard case .structure(let context) = try JSON.parse(try Shared.bytes(folder.appending(path: "context.json")))
        else {
            throw CocoaError(.fileReadCorruptFile)
        }
        let credentials = try #require(context.fields("credentials"))
        let secret = try #require(credentials.text("secret_access_key")).bytes
        token = credentials.text("token")
        let stamp = try #require(context.text("timestamp"))
        time = try #require(Timestamp(iso8601: stamp))
        rules = CanonicalRequest.Rules(
            normalizesPath: try #require(context.bool("normalize") as Bool?),
            omitsSessionToken: context.bool("omit_session_token") ?? false)
        var signer = Signer(
            accessKeyID: "AKIDEXAMPLE", secret: secret, sessionToken: token, region: "us-east-1", service: "service")
        signer.statesPayloadHash = try #require(context.bool("sign_body") as Bool?)
        signer.rules = rules
        self.signer = signer
        key = SigningKey.derive(secret: secret, date: "20150830", region: "us-east-1", service: "service")
    }

    func text(_ file: String) throws -> Text {
        try #require(Text(utf8: try Shared.bytes(folder.appending(path: file))))
    }

    func request(_ file: String) throws -> Request {
        let bytes = try Shared.bytes(folder.appending(path: file))
        let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        // The target may have spaces in it.
        let first = lines[0]
        let method = first.prefix { $0 != 0x20 }
        let target = first.dropFirst(method.count + 1).dropLast(" HTTP/1.1".utf8.count)
        var headers: [Header] = []
        var rest = lines.dropFirst()
        while let line = rest.popFirst(), !line.isEmpty {
            if line.first == 0x20, let last = headers.indices.last {
                headers[last].value += " " + String(decoding: line, as: UTF8.self)
                continue
            }
            let name = line.prefix { $0 != 0x3A }
            headers.append(
                Header(
                    String(decoding: name, as: UTF8.self),
                    String(decoding: line.dropFirst(name.count + 1), as: UTF8.self)))
        }
        return Request(
            method: String(decoding: method, as: UTF8.self), target: String(decoding: target, as: UTF8.self),
            headers: Headers(headers), body: Array(rest.joined(separator: [0x0A])), peer: Peer(address: "127.0.0.1"))
    }
}
