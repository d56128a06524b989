import Bootstrap
import Bytes
import Foundation
import Services
import Wire

/// Looks at what a server has of what a file names, and at nothing else.
struct Observer {
    let manifest: Manifest
    let accounts: AccountClients
    /// Access key files are relative to it.
    let folder: String

    func observe() async throws -> Observed {
        let caller = try await accounts.caller.call(.sts, "GetCallerIdentity")
        guard let id = caller.text("Account") else { throw Refused(description: "GetCallerIdentity named no account.") }
        var observed = Observed(callerAccount: id)
        if manifest.needsOrganization { observed.organization = try await organization() }
        for (section, contents) in manifest.sections {
            guard let account = accountID(section, observed) else { continue }
            var found = ObservedAccount(id: account)
            if !contents.isEmpty {
                let client = try await accounts.client(section, id: account)
                try await AccountObserver(client: client, id: account).look(for: contents, &found, &observed)
            }
            observed.accounts[section] = found
            for file in contents.users.compactMap(\.accessKeyFile) {
                observed.credentialFiles[file] = credentialFile(file)
            }
        }
        return observed
    }

    /// `nil` for accounts that are not there, or not in use.
    private func accountID(_ section: Section, _ observed: Observed) -> Text? {
        guard case .account(let name) = section else { return observed.callerAccount }
        guard observed.organization?.managementAccount == observed.callerAccount,
            let entry = manifest.accounts.first(where: { $0.name == name }),
            let account = observed.organization?.account(entry), account.status == "ACTIVE",
            account.name == name, account.id != observed.callerAccount
        else { return nil }
        return account.id
    }

    private func credentialFile(_ file: Text) -> CredentialFile {
        let path = AccessKeyFile.path(file, in: folder)
        guard FileManager.default.fileExists(atPath: path) else {
            let parent = URL(fileURLWithPath: path).deletingLastPathComponent().path
            return FileManager.default.isWritableFile(atPath: parent) ? .missing : .unwritable
        }
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        return .present(accessKeyID: CredentialsText(text).accessKeyID)
    }

    // MARK: Organizations

    private static let token: (Text, Text) = ("NextToken", "NextToken")

    private func organization() async throws -> ObservedOrganization? {
        let client = accounts.caller
        let answer: Fields
        do { answer = try await client.call(.organizations, "DescribeOrganization") } catch let refused as Refused
            where refused.code == "AWSOrganizationsNotInUseException"
        { return nil }
        let management = answer.fields("Organization")?.text("MasterAccountId") ?? ""
        let own = try await client.call(.sts, "GetCallerIdentity").text("Account")
        // Members may not look further, and the plan says so.
        guard management == own else { return ObservedOrganization(managementAccount: management, root: "") }
        let roots = try await client.pages(.organizations, "ListRoots", [:], "Roots", token: Self.token).structures
        guard let root = roots.first, let id = root.text("Id") else {
            throw Refused(description: "The organization has no root.")
        }
        var organization = ObservedOrganization(managementAccount: management, root: id)
        organization.enabledPolicyTypes = (root.list("PolicyTypes") ?? []).structures
            .filter { $0.text("Status") == "ENABLED" }.compactMap { $0.text("Type") }
        for account in try await client.pages(.organizations, "ListAccounts", [:], "Accounts", token: Self.token)
            .structures
        {
            organization.accounts.append(
                ObservedOrganization.Account(
                    id: account.text("Id") ?? "", name: account.text("Name") ?? "", email: account.text("Email") ?? "",
                    status: account.text("Status") ?? ""))
        }
        for entry in manifest.accounts where entry.unit != nil {
            guard
                let index = organization.accounts.firstIndex(where: {
                    $0.id == organization.account(entry)?.id
                })
            else { continue }
            let parents = try await client.call(
                .organizations, "ListParents", ["ChildId": .string(organization.accounts[index].id)])
            organization.accounts[index].parent = (parents.list("Parents") ?? []).structures.first?.text("Id")
        }
        if manifest.organization?.units.isEmpty == false || manifest.accounts.contains(where: { $0.unit != nil }) {
            try await units(under: id, &organization)
        }
        try await controlPolicies(&organization)
        return organization
    }

    private func units(under root: Text, _ organization: inout ObservedOrganization) async throws {
        var parents = [root]
        while let parent = parents.popLast() {
            let found = try await accounts.caller.pages(
                .organizations, "ListOrganizationalUnitsForParent", ["ParentId": .string(parent)],
                "OrganizationalUnits",
                token: Self.token)
            for unit in found.structures {
                guard let id = unit.text("Id"), let name = unit.text("Name") else { continue }
                organization.units.append(ObservedOrganization.Unit(id: id, name: name, parent: parent))
                parents.append(id)
            }
        }
    }

    private func controlPolicies(_ organization: inout ObservedOrganization) async throws {
        let (client, entries) = (accounts.caller, manifest.organization?.policies ?? [])
        for type in Set(entries.map(\.type)).sorted() {
            let all = try await client.pages(
                .organizations, "ListPolicies", ["Filter": .string(type)], "Policies", token: Self.token)
            for summary in all.structures {
                guard let name = summary.text("Name"), let id = summary.text("Id"),
                    entries.contains(where: { $0.type == type && $0.name == name })
                else { continue }
                let whole = try await client.call(.organizations, "DescribePolicy", ["PolicyId": .string(id)])
                let targets = try await client.pages(
                    .organizations, "ListTargetsForPolicy", ["PolicyId": .string(id)], "Targets", token: Self.token)
                organization.policies[name] = ObservedOrganization.Policy(
                    id: id, description: summary.text("Description") ?? "",
                    document: Self.policy(whole.fields("Policy")?.text("Content")),
                    targets: targets.structures.compactMap { $0.text("TargetId") })
            }
        }
    }

    /// A document that can't be read is like none: the file's takes its place.
    static func policy(_ text: Text?) -> Document { (try? JSON.parse((text ?? "").bytes)) ?? .null }
}

extension [Document] {
    var structures: [Fields] { compactMap { if case .structure(let fields) = $0 { fields } else { nil } } }
    var texts: [Text] { compactMap { if case .string(let text) = $0 { text } else { nil } } }
}
