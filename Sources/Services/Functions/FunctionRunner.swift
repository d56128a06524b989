package import Bytes
package import Seal

/// Runs the code of functions. What is behind it has subprocesses and a socket for each; `Services` has neither.
package protocol FunctionRunner: Sendable {
    /// One invocation to its end, or until its time is over. What went wrong is in the outcome.
    func run(_ invocation: FunctionInvocation) async -> FunctionOutcome

    /// Ends the warm environments of a function, once what they are doing is done: its code or configuration is another now,
    /// or it is gone.
    ///
    /// - Parameter function: its ARN without a qualifier.
    func retire(_ function: Text) async

    /// Why nothing can be made of an uploaded zip; `nil` if it can be unpacked, as far as its directory tells.
    func flaw(in code: [UInt8]) -> CodeFlaw?

    /// Gets what a runtime needs before its first function is invoked, which would have to wait for it.
    func prepare(_ runtime: Text) async

    /// What keeps functions from the host and from each other, in a few words for `/health`; `nil` if nothing does and nothing
    /// may run.
    var isolation: Text? { get }
}

extension FunctionRunner {
    package func flaw(in code: [UInt8]) -> CodeFlaw? { nil }
    package func prepare(_ runtime: Text) async {}
}

package enum CodeFlaw: Sendable, Equatable {
    case unreadable, empty
    /// More than so many bytes once it is unpacked.
    case tooLarge(limit: Int)
}

package struct FunctionInvocation: Sendable {
    /// A UUID, also in the function's log.
    package var requestID: Text
    package var image: FunctionImage
    /// The ARN as it was invoked, with its qualifier if it had one.
    package var invokedARN: Text
    /// JSON.
    package var payload: [UInt8]
    /// JSON that Invoke's `ClientContext` carries.
    package var clientContext: [UInt8]?

    package init(
        requestID: Text, image: FunctionImage, invokedARN: Text, payload: [UInt8], clientContext: [UInt8]? = nil
    ) {
        self.requestID = requestID
        self.image = image
        self.invokedARN = invokedARN
        self.payload = payload
        self.clientContext = clientContext
    }
}

/// One version of a function: all that an environment for it needs.
package struct FunctionImage: Sendable {
    package var place: Place
    /// Without a qualifier.
    package var arn: Text
    package var name: Text
    /// `$LATEST` or a number.
    package var version: Text
    /// Another one for every change of code or configuration: a warm environment serves one.
    package var revision: Text
    /// `python3.11`, `nodejs20.x`, `provided.al2023` …
    package var runtime: Text
    package var handler: Text
    package var memoryMegabytes: Int
    package var timeoutSeconds: Int
    /// Of `/tmp`.
    package var storageMegabytes: Int
    /// The function's own variables.
    package var variables: [(name: Text, value: SecretBytes)]
    /// Lower-case hexadecimal SHA-256 of the zip.
    package var codeDigest: Text
    /// The zip, as it was uploaded.
    package var code: @Sendable () async throws -> [UInt8]
    /// Fresh credentials of the execution role.
    package var credentials: @Sendable () async throws -> FunctionCredentials

    package init(
        place: Place, arn: Text, name: Text, version: Text, revision: Text, runtime: Text, handler: Text,
        memoryMegabytes: Int, timeoutSeconds: Int, storageMegabytes: Int,
        variables: [(name: Text, value: SecretBytes)], codeDigest: Text,
        code: @escaping @Sendable () async throws -> [UInt8],
        credentials: @escaping @Sendable () async throws -> FunctionCredentials
    ) {
        self.place = place
        self.arn = arn
        self.name = name
        self.version = version
        self.revision = revision
        self.runtime = runtime
        self.handler = handler
        self.memoryMegabytes = memoryMegabytes
        self.timeoutSeconds = timeoutSeconds
        self.storageMegabytes = storageMegabytes
        self.variables = variables
        self.codeDigest = codeDigest
        self.code = code
        self.credentials = credentials
    }
}

package struct FunctionCredentials: Sendable {
    package var accessKeyID: Text
    package var secretAccessKey: SecretBytes
    package var sessionToken: SecretBytes
    package var expires: Timestamp

    package init(accessKeyID: Text, secretAccessKey: SecretBytes, sessionToken: SecretBytes, expires: Timestamp) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
        self.expires = expires
    }
}

package struct FunctionOutcome: Sendable {
    package enum End: Sendable, Equatable {
        case succeeded
        /// The function threw, ended or took too long: `X-Amz-Function-Error: Unhandled`, and the payload says what.
        case failed
        /// It was not run. In the operator's words.
        case unavailable(Text)
    }

    package struct Line: Sendable {
        package var time: Timestamp
        /// Without its line break; not necessarily UTF-8.
        package var text: [UInt8]

        package init(time: Timestamp, text: [UInt8]) {
            self.time = time
            self.text = text
        }
    }

    package var end: End
    /// JSON: what the function returned, or `{"errorMessage","errorType",…}`.
    package var payload: [UInt8]
    /// What it wrote, with Lambda's own START, END and REPORT lines; bounded.
    package var log: [Line]
    /// `YYYY/MM/DD/[VERSION]32 hexadecimal digits`, one for an environment's whole life.
    package var logStream: Text

    package init(end: End, payload: [UInt8], log: [Line] = [], logStream: Text = "") {
        self.end = end
        self.payload = payload
        self.log = log
        self.logStream = logStream
    }
}

/// Where nothing can run functions: in tests of other things, and where the operator has turned them off.
package struct NoFunctions: FunctionRunner {
    package init() {}
    package func run(_ invocation: FunctionInvocation) async -> FunctionOutcome {
        FunctionOutcome(end: .unavailable("this server runs no functions"), payload: [])
    }
    package func retire(_ function: Text) async {}
    package var isolation: Text? { nil }
}
