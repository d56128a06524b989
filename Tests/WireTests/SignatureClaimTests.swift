import Bytes
import Primitives
import Testing
import Wire

struct SignatureClaimTests {
    private static let scope = "AKIAIOSFODNN7EXAMPLE/20250830/eu-central-1/secretsmanager/aws4_request"
    private static let zeros = String(repeating: "0", count: 64)

    @Test func claimSaysWhatWasSigned() throws {
        var signer = Sample.signer
        signer.sessionToken = "FwoGZXIvYXdzEXAMPLE"
        var request = Sample.json()
        signer.sign(&request, at: Sample.now)
        let claim = try SignatureClaim.read(request, try Envelope(request))
        #expect(claim.accessKeyID == "AKIAIOSFODNN7EXAMPLE")
        #expect(claim.date == "20250830" && claim.region == "eu-central-1" && claim.service == "secretsmanager")
        #expect(claim.timestamp == Sample.now)
        #expect(claim.signedHeaders == "content-type;host;x-amz-date;x-amz-security-token;x-amz-target")
        #expect(claim.sessionToken == "FwoGZXIvYXdzEXAMPLE")
        #expect(claim.form == .header)
        #expect(request.isAccepted())
    }

    @Test func dateHeaderServesWithoutAmzDate() {
        var request = Sample.signed()
        request.set("date", request.header("x-amz-date"))
        request.set("x-amz-date", nil)
        // Still in the list of signed headers, but not there.
        #expect(!request.isAccepted())
        let parts = request.header("authorization")?.replacing("x-amz-date;", with: "")
        request.set("authorization", parts)
        #expect((try? request.flaw()) == .mismatch)
    }

    @Test(arguments: [
        (0, true), (300, true), (301, false), (-300, true), (-301, false), (86_400, false), (-86_400, false),
    ])
    func headerWindowIsExactToTheSecond(_ age: Int64, _ isAccepted: Bool) throws {
        let request = Sample.signed()
        let now = Sample.now + age * 1000
        #expect(request.isAccepted(at: now) == isAccepted)
        switch try request.flaw(at: now) {
        case nil: #expect(isAccepted)
        case .expired(let signed, let at, nil): #expect(age > 0 && signed == Sample.now && at == now)
        case .notYetCurrent(let signed, let at): #expect(age < 0 && signed == Sample.now && at == now)
        case let other: Issue.record("\(String(describing: other))")
        }
    }

    @Test(arguments: [
        (1, 1, true), (1, 2, false), (3600, 3600, true), (3600, 3601, false), (604_800, 604_800, true),
        (604_800, 604_801, false), (3600, -300, true), (3600, -301, false),
    ])
    func presignedWindow(_ expires: Int64, _ age: Int64, _ isAccepted: Bool) {
        let request = Sample.signer.presign(Sample.json(), at: Sample.now, expires: expires)
        // The target header is not in the query: it is signed like any other.
        #expect(request.isAccepted(at: Sample.now + age * 1000) == isAccepted)
    }

    @Test(arguments: ["0", "604801", "-1", "+5", "abc", "", "1e3", "99999999999999999999"])
    func lifetimeHasBounds(_ value: String) throws {
        var request = Sample.signer.presign(Sample.json(), at: Sample.now, expires: 60)
        request.target = request.target.replacing("X-Amz-Expires=60", with: "X-Amz-Expires=\(value)")
        #expect(try request.flaw() == .malformedLifetime)
    }

    @Test func lifetimeIsTheHeaderWindowIfAbsent() throws {
        var request = Sample.signer.presign(Sample.json(), at: Sample.now, expires: 60)
        request.target = request.target.replacing("&X-Amz-Expires=60", with: "")
        #expect(try SignatureClaim.read(request, try Envelope(request)).form == .query(expires: 300))
    }

    private static func header(_ credential: String?, _ names: String?, _ signature: String?) -> String {
        let parts = [
            credential.map { "Credential=\($0)" }, names.map { "SignedHeaders=\($0)" },
            signature.map { "Signature=\($0)" },
        ]
        return "AWS4-HMAC-SHA256 " + parts.compactMap { $0 }.joined(separator: ", ")
    }

    private static let names = "content-type;host;x-amz-date;x-amz-target"

    @Test(
        arguments: [
            (header(nil, nil, nil), ["Credential", "Signature", "SignedHeaders"]),
            (header(scope, nil, zeros), ["SignedHeaders"]),
            (header(scope, names, nil), ["Signature"]),
            (header(nil, names, zeros), ["Credential"]),
            (header("", "", ""), ["Credential", "Signature", "SignedHeaders"]),
            ("AWS4-HMAC-SHA256", ["Credential", "Signature", "SignedHeaders"]),
        ] as [(String, [Text])])
    func incompleteHeaders(_ value: String, _ lacking: [Text]) throws {
        guard case .incompleteHeader(let names, let hash) = try Sample.signed().with("authorization", value).flaw()
        else {
            Issue.record("not incomplete")
            return
        }
        #expect(names == lacking)
        #expect(Base64.decode(hash.utf8)?.count == 32)
    }

    @Test func missingDate() throws {
        let request = Sample.signed().with("x-amz-date", nil)
        guard case .incompleteHeader(["Date"], _) = try request.flaw() else {
            Issue.record("a date was found")
            return
        }
    }

    @Test(
        arguments: [
            ("AWS4-HMAC-SHA256 x", .malformedPart("x", header: "AWS4-HMAC-SHA256 x")),
            ("AWS4-ECDSA-P256-SHA256 Credential=a", .unsupportedAlgorithm("AWS4-ECDSA-P256-SHA256")),
            ("AWS AKID:signature", .unsupportedAlgorithm("AWS")),
            (header("a/b/c/d", names, zeros), .malformedCredential("a/b/c/d")),
            (header("a/b/c/d/e/f", names, zeros), .malformedCredential("a/b/c/d/e/f")),
            (header(scope, names, "0"), .mismatch),
            (header(scope, names, String(repeating: "A", count: 64)), .mismatch),
            (header(scope, names, zeros), .mismatch),
            (header(scope, names, zeros) + ", Signature=" + zeros, .repeated("Signature")),
            (header(scope, "content-type;x-amz-date;x-amz-target", zeros), .hostNotSigned),
            (header(scope, "content-type;Host;x-amz-date;x-amz-target", zeros), .hostNotSigned),
            (header(scope, "content-type;host;x-amz-date", zeros), .headerNotSigned("x-amz-target")),
            (header(scope, "host;x-amz-target;x-amz-date;;", zeros), .mismatch),
        ] as [(String, SignatureFlaw)])
    func malformedHeaders(_ value: String, _ expected: SignatureFlaw) throws {
        #expect(try Sample.signed().with("authorization", value).flaw() == expected)
    }

    @Test func otherSchemesAreNotRepeated() throws {
        for value in ["Bearer hunter2", "Basic aHVudGVyMg==", "hunter2", "AWShunter2 x"] {
            let flaw = try #require(try Sample.signed().with("authorization", value).flaw())
            guard case .foreignScheme = flaw else {
                Issue.record("\(flaw)")
                continue
            }
            #expect(!(flaw.fault(.json).message?.string.contains("hunter2") ?? true))
        }
    }

    @Test(arguments: [
        "20250830", "2025-08-30T12:36:00Z", "20250830T123600", "20250830T123600Z ", "20250231T000000Z",
        "20250830T246000Z", "+0250830T123600Z", "20250830t123600z", "Sat, 30 Aug 2025 12:36:00 GMT", "",
    ])
    func malformedDates(_ date: String) throws {
        #expect(try Sample.signed().with("x-amz-date", date).flaw() == .malformedDate(Text(date)))
    }

    @Test(
        arguments: [
            ("k/20250830/EU/secretsmanager/aws4_request", ["Credential should be scoped to a valid region."]),
            ("k/20250830//secretsmanager/aws4_request", ["Credential should be scoped to a valid region."]),
            ("k/20250830/eu-1/kms/aws4_request", ["Credential should be scoped to correct service: 'secretsmanager'."]),
            (
                "k/20250830/eu-1/secretsmanager/e",
                ["Credential should be scoped with a valid terminator: 'aws4_request', not 'e'."]
            ),
            (
                "k/b/c_/d/e",
                [
                    "Credential should be scoped to a valid region.",
                    "Credential should be scoped to correct service: 'secretsmanager'.",
                    "Credential should be scoped with a valid terminator: 'aws4_request', not 'e'.",
                    """
                    Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: 'b' != \
                    '20250830', from '20250830T123600Z'.
                    """,
                ]
            ),
            (
                "k/2025083/eu-1/secretsmanager/aws4_request",
                [
                    """
                    Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '2025083' != \
                    '20250830', from '20250830T123600Z'.
                    """
                ]
            ),
        ] as [(String, [Text])])
    func wrongScopes(_ credential: String, _ sentences: [Text]) throws {
        let value = Self.header(credential, Self.names, Self.zeros)
        #expect(try Sample.signed().with("authorization", value).flaw() == .wrongScope(sentences))
    }

    @Test func noSignatureAndTwo() throws {
        #expect(try Sample.json().flaw() == .missing)
        #expect(try Sample.plain("GET", "/?Action=A&X-Amz-Signature=1").flaw() == .missing)
        var request = Sample.signed()
        request.target = "/?X-Amz-Algorithm=AWS4-HMAC-SHA256"
        #expect(try request.flaw() == .ambiguous)
    }

    @Test func incompleteAndRepeatedQueries() throws {
        let signed = Sample.signer.presign(Sample.json(), at: Sample.now, expires: 60)
        #expect(
            try Sample.plain("GET", "/?X-Amz-Algorithm=").flaw()
                == .incompleteQuery(lacking: [
                    "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date",
                ]))
        for name in ["X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date", "X-Amz-Expires"] {
            var request = signed
            request.target += "&\(name)=x"
            #expect(try request.flaw() == .repeated(Text(name)))
            request = signed
            request.target = request.target.replacing("\(name)=", with: "\(name)x=")
            #expect(!request.isAccepted())
        }
        var request = signed
        request.target = request.target.replacing("AWS4-HMAC-SHA256", with: "AWS4-X")
        #expect(try request.flaw() == .unsupportedAlgorithm("AWS4-X"))
    }

    @Test func tokenInTwoPlacesIsRefused() throws {
        var signer = Sample.signer
        signer.sessionToken = "one"
        let request = signer.presign(Sample.json(), at: Sample.now, expires: 60)
        #expect(request.isAccepted())
        #expect(try request.with("x-amz-security-token", "two").flaw() == .repeated("X-Amz-Security-Token"))
    }

    @Test func statedPayloadHashMustBeTheBodys() throws {
        var signer = Sample.signer
        signer.statesPayloadHash = true
        var request = Sample.json()
        signer.sign(&request, at: Sample.now)
        #expect(request.isAccepted())
        for value in ["UNSIGNED-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "", Self.zeros + "0"] {
            #expect(try request.with("x-amz-content-sha256", value).flaw() == .unhashedPayload)
        }
        // Signed together with a hash that is not the body's.
        var lie = Sample.json().with("x-amz-content-sha256", Self.zeros)
        lie = SignedByHand.sign(lie)
        #expect(try lie.flaw() == .mismatch)
        lie.set("x-amz-content-sha256", String(decoding: SignedByHand.hash(lie.body).hexBytes, as: UTF8.self))
        #expect(SignedByHand.sign(lie).isAccepted())
    }

    @Test func manySignedNamesCostLittle() throws {
        let names = String(repeating: "host;", count: 50_000) + "x-amz-date;x-amz-target"
        let request = Sample.signed().with("authorization", Self.header(Self.scope, names, Self.zeros))
        #expect(try request.flaw() == .mismatch)
    }

    @Test func descriptionsHoldNoKey() {
        var dumped = ""
        dump(Sample.signer, to: &dumped)
        dump(Sample.key, to: &dumped)
        dumped += "\(Sample.signer) \(Sample.key) \(String(reflecting: Sample.signer))"
        #expect(!dumped.contains("wJalr"))
        #expect(!dumped.contains("119, 74, 97"))
    }
}
