import Bootstrap
import Bytes
import Foundation
import Seal
import Services
import Wire

/// Carries out a plan, step by step.
struct Applier {
    let accounts: AccountClients
    /// Access key files are relative to it.
    let folder: String
    private(set) var bindings: Bindings

    init(plan: Plan, accounts: AccountClients, folder: String) {
        (bindings, self.accounts, self.folder) = (plan.bindings, accounts, folder)
    }

    /// - Returns: what is known of the made thing now, for people who look for it.
    mutating func apply(_ step: Step) async throws -> Text? {
        let input = bindings.resolve(step.input, in: step.section)
        guard let account = bindings[.account(step.section)] else {
            throw Refused(description: "the account of this step is not there")
        }
        let client = try await accounts.client(step.section, id: account)
        let answer = try await client.call(step.service.api, step.operation, input)
        switch step.outcome {
        case .nothing: return nil
        case .binds(let reference, let path):
            guard let value = Self.text(at: path[...], in: .structure(answer)) else {
                throw Refused(description: "the answer has no \(path.map(\.string).joined(separator: "."))")
            }
            bindings[reference] = value
            return value
        case .account(let section):
            let id = try await madeAccount(answer, client)
            bindings[.account(section)] = id
            return id
        case .accessKey(let file):
            try await keep(answer, in: file, client, input)
            return nil
        }
    }

    private static func text(at path: ArraySlice<Text>, in document: Document) -> Text? {
        switch (document, path.first) {
        case (.string(let text), nil): text
        case (.structure(let fields), let name?): fields[name].flatMap { text(at: path.dropFirst(), in: $0) }
        case (.list(let items), let index?):
            Int(index.string).flatMap { items.indices.contains($0) ? text(at: path.dropFirst(), in: items[$0]) : nil }
        default: nil
        }
    }

    // MARK: Accounts

    /// Milliseconds between two looks at an account that is being made, and how many looks.
    private static let (pause, looks): (Int64, Int) = (250, 240)

    private func madeAccount(_ answer: Fields, _ client: Client) async throws -> Text {
        guard let request = answer.fields("CreateAccountStatus")?.text("Id") else {
            throw Refused(description: "the answer names no request")
        }
        for _ in 0..<Self.looks {
            let status = try await client.call(
                .organizations, "DescribeCreateAccountStatus", ["CreateAccountRequestId": .string(request)]
            ).fields("CreateAccountStatus")
            switch status?.text("State") {
            case "SUCCEEDED": if let id = status?.text("AccountId") { return id }
            case "FAILED":
                throw Refused(description: "the account was not made: \(status?.text("FailureReason") ?? "")")
            default: break
            }
            try await System.pause(Self.pause)
        }
        throw Refused(description: "the account is still being made (\(request)); run this again later")
    }

    // MARK: Access keys

    /// A key whose secret could not be kept is of no use to anybody, and is taken back.
    private func keep(_ answer: Fields, in file: Text, _ client: Client, _ input: Fields) async throws {
        guard let key = answer.fields("AccessKey"), let id = key.text("AccessKeyId"),
            let secret = key.text("SecretAccessKey")
        else { throw Refused(description: "the answer holds no access key") }
        do {
            try AccessKeyFile.create(
                AccessKeyFile.path(file, in: folder),
                CredentialsText.file(accessKeyID: id, secret: secret.bytes, region: client.region))
        } catch {
            var input = input
            input.add("AccessKeyId", id)
            _ = try await client.call(.iam, "DeleteAccessKey", input)
            throw Refused(description: "\(error); the access key was deleted again")
        }
    }
}

enum AccessKeyFile {
    static func path(_ file: Text, in folder: String) -> String {
        file.hasPrefix("/") ? file.string : "\(folder)/\(file)"
    }

    static func create(_ path: String, _ content: [UInt8]) throws(SealFlaw) {
        try PrivateFile(path: path, role: "access key file", limit: 4096).create(content)
    }
}

extension Service {
    var api: API {
        switch self {
        case .iam: .iam
        case .kms: .kms
        case .organizations: .organizations
        }
    }
}
