import Bytes
import Wire

/// Writes requests with the headers that boto3 sends, signed as botocore signs: content type, host, date and target.
struct RequestMaker {
    private let protocolHeaders: [Header]
    private let signers: [Signer]
    private let body: Template

    init(_ options: Options) throws(Trouble) {
        protocolHeaders = [Header("Host", try options.required("connect"))] + Self.naming(options)
        body = Template(try options.required("body"))
        guard let file = options.text("credentials") else {
            signers = []
            return
        }
        signers = try Credentials.all(in: file).map { credentials in
            Signer(
                accessKeyID: Text(credentials.accessKeyID),
                secret: credentials.secret,
                region: Text(options.text("region") ?? "us-west-2"),
                service: Text(options.text("service") ?? "secretsmanager")
            )
        }
    }

    /// What names the operation, beside the body.
    private static func naming(_ options: Options) -> [Header] {
        if options.has("form") {
            return [Header("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")]
        }
        return [
            Header("X-Amz-Target", options.text("target") ?? "secretsmanager.GetSecretValue"),
            Header("Content-Type", "application/x-amz-json-1.1"),
        ]
    }

    func request(number: Int, unique: UInt64 = 0, next: [UInt8] = []) -> [UInt8] {
        let body = body.filled(number: number, unique: unique, next: next)
        var request = Request(
            method: "POST", target: "/", headers: Headers(protocolHeaders), body: body, peer: Peer(address: "127.0.0.1")
        )
        if !signers.isEmpty { signers[number % signers.count].sign(&request, at: Now.timestamp) }
        request.headers += Self.unsigned
        request.headers.append(Header("Content-Length", "\(body.count)"))
        return Self.wire(request)
    }

    /// What an SDK sends beside, so that the server parses heads of the usual length.
    private static let unsigned = [
        Header("Accept-Encoding", "identity"),
        Header(
            "User-Agent",
            "Boto3/1.40.0 md/Botocore#1.40.0 ua/2.1 os/linux#6.1.0 md/arch#x86_64 lang/python#3.11.7 md/pyimpl#CPython "
                + "cfg/retry-mode#legacy Botocore/1.40.0"
        ),
        Header("amz-sdk-invocation-id", "0f2c7a52-6d0e-4b0c-9a57-0d8f6f3b1e11"),
        Header("amz-sdk-request", "attempt=1"),
    ]

    private static func wire(_ request: Request) -> [UInt8] {
        var out = ByteBuilder(capacity: 1024 + request.body.count)
        out.append("\(request.method) \(request.target) HTTP/1.1\r\n")
        for header in request.headers {
            out.append(header.name)
            out.append(": ")
            out.append(header.value)
            out.append("\r\n")
        }
        out.append("\r\n")
        out.append(request.body)
        return out.bytes
    }
}
