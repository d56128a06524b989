package import Bytes

/// What a server has of that which a file names. In the entries every member has a value that the file has one for.
package struct Observed: Sendable {
    /// Of the caller.
    package var callerAccount: Text
    /// `nil`: the caller's account is in none.
    package var organization: ObservedOrganization?
    /// Only those that exist.
    package var accounts: [Section: ObservedAccount] = [:]
    /// Managed policies that the file names by ARN and that are not there.
    package var missingPolicies: Set<Text> = []
    /// By the names that the file has for them.
    package var credentialFiles: [Text: CredentialFile] = [:]

    package init(callerAccount: Text) { self.callerAccount = callerAccount }
}

package enum CredentialFile: Sendable, Equatable {
    case missing
    /// The id of the access key in it, if there is one.
    case present(accessKeyID: Text?)
    /// Its folder is missing or not ours.
    case unwritable
}

package struct ObservedAccount: Sendable {
    package var id: Text
    package var providers: [Text: Found<ProviderEntry>] = [:]
    package var users: [Text: Found<UserEntry>] = [:]
    package var groups: [Text: Found<GroupEntry>] = [:]
    package var roles: [Text: Found<RoleEntry>] = [:]
    package var policies: [Text: Found<PolicyEntry>] = [:]
    package var keys: [Text: Found<KeyEntry>] = [:]
    /// The ids of each user's access keys.
    package var accessKeys: [Text: [Text]] = [:]
    /// Of managed policies: ids of the versions that are not the default, the oldest first.
    package var oldVersions: [Text: [Text]] = [:]
    /// Of keys that are neither enabled nor disabled, as KMS calls it: `PendingDeletion`.
    package var unusualStates: [Text: Text] = [:]

    package init(id: Text) { self.id = id }
}

/// Something that is there, under its name on the server.
package struct Found<Entry: Sendable>: Sendable {
    package var arn: Text
    package var entry: Entry

    package init(arn: Text, _ entry: Entry) { (self.arn, self.entry) = (arn, entry) }
}

package struct ObservedOrganization: Sendable {
    package struct Account: Sendable {
        package var id: Text
        package var name: Text
        package var email: Text
        package var status: Text
        /// The id of its unit or of the root; `nil` where nobody asked.
        package var parent: Text?

        package init(id: Text, name: Text, email: Text, status: Text, parent: Text? = nil) {
            (self.id, self.name, self.email, self.status, self.parent) = (id, name, email, status, parent)
        }
    }
    package struct Unit: Sendable {
        package var id: Text
        package var name: Text
        package var parent: Text

        package init(id: Text, name: Text, parent: Text) { (self.id, self.name, self.parent) = (id, name, parent) }
    }
    package struct Policy: Sendable {
        package var id: Text
        package var description: Text
        package var document: Document
        /// Ids of roots, units and accounts.
        package var targets: [Text]

        package init(id: Text, description: Text, document: Document, targets: [Text]) {
            (self.id, self.description, self.document, self.targets) = (id, description, document, targets)
        }
    }

    package var managementAccount: Text
    package var root: Text
    package var enabledPolicyTypes: [Text] = []
    package var accounts: [Account] = []
    package var units: [Unit] = []
    /// Control policies of the file's types, by name.
    package var policies: [Text: Policy] = [:]

    package init(managementAccount: Text, root: Text) {
        (self.managementAccount, self.root) = (managementAccount, root)
    }

    /// The account that an entry of the file means: addresses are unique, names are not.
    package func account(_ entry: AccountEntry) -> Account? {
        accounts.first { $0.email.asciiLowercased == entry.email.asciiLowercased }
    }
}
