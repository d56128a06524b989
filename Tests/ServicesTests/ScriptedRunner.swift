import Bytes
import Seal
import Services
import Synchronization
import TestKit
import Wire

/// A runner that runs nothing: it answers as the test says, and remembers what it was asked.
final class ScriptedRunner: FunctionRunner {
    struct Asked: Sendable {
        var invocation: FunctionInvocation
        var code: [UInt8]
        var credentials: FunctionCredentials?
    }

    private let script: @Sendable (FunctionInvocation, Int) async -> FunctionOutcome
    private let asked = Mutex<[Asked]>([])
    private let retired = Mutex<[Text]>([])

    /// - Parameter script: with the number of runs before this one.
    init(_ script: @escaping @Sendable (FunctionInvocation, Int) async -> FunctionOutcome) { self.script = script }

    var isolation: Text? { "nothing is run" }
    var all: [Asked] { asked.withLock { $0 } }
    var retirements: [Text] { retired.withLock { $0 } }

    func run(_ invocation: FunctionInvocation) async -> FunctionOutcome {
        let code = (try? await invocation.image.code()) ?? []
        let credentials = try? await invocation.image.credentials()
        let number = asked.withLock { asked in
            asked.append(Asked(invocation: invocation, code: code, credentials: credentials))
            return asked.count - 1
        }
        return await script(invocation, number)
    }

    func retire(_ function: Text) async { retired.withLock { $0.append(function) } }
}

extension World {
    static let functionTrust =
        #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#
    static let functions = "/2015-03-31/functions"

    /// A function of this name, with a role of the same.
    @discardableResult
    func function(_ name: Text, code: [UInt8] = Array("a zip".utf8), variables: Fields = [:]) async -> Response {
        _ = await query(
            "CreateRole", to: .iam, ["RoleName": name, "AssumeRolePolicyDocument": Text(Self.functionTrust)])
        let input: Fields = [
            "FunctionName": .string(name), "Runtime": "python3.11", "Handler": "f.h",
            "Role": .string("arn:aws:iam::000000000001:role/\(name)"), "Code": .structure(["ZipFile": .blob(code)]),
            "Environment": .structure(["Variables": .structure(variables)]),
        ]
        return await rest("POST", Self.functions, input.wire)
    }

    func invoke(_ name: Text, _ payload: String = "{}", _ headers: KeyValuePairs<String, String> = [:]) async
        -> Response
    {
        await rest(
            "POST", "\(Self.functions)/\(name)/invocations", Array(payload.utf8),
            headers: headers.map { Header($0.key, $0.value) })
    }

    func permit(_ name: Text, _ more: Fields = [:], qualifier: String = "") async -> Response {
        let input: Fields = [
            "StatementId": "s", "Action": "lambda:InvokeFunction", "Principal": "secretsmanager.amazonaws.com",
        ]
        return await rest(
            "POST", "\(Self.functions)/\(name)/policy\(qualifier)", Fields(input.members + more.members).wire)
    }
}

extension Fields {
    var wire: [UInt8] {
        var out = ByteBuilder()
        out.append(json: self)
        return out.bytes
    }
}
