package import Bytes

/// What a bootstrap file says. Of every optional member: `nil` means that the file leaves it as it is.
package struct Manifest: Sendable {
    package var organization: OrganizationEntry?
    /// The caller's own account.
    package var caller = AccountContents()
    package var accounts: [AccountEntry] = []

    /// The caller's account first, then the others as they stand in the file.
    package var sections: [(section: Section, contents: AccountContents)] {
        [(.caller, caller)] + accounts.map { (.account($0.name), $0.contents) }
    }
    package var needsOrganization: Bool { organization != nil || !accounts.isEmpty }
}

/// Whose account something belongs to.
package enum Section: Sendable, Hashable {
    case caller
    /// By the name that the file gives.
    case account(Text)
}

package struct AccountEntry: Sendable {
    package let line: Int
    package let name: Text
    package let email: Text
    /// The name of an organizational unit of the file, or ``UnitEntry/root``.
    package let unit: Text?
    package var contents: AccountContents
}

/// What an account holds.
package struct AccountContents: Sendable {
    package var providers: [ProviderEntry] = []
    package var users: [UserEntry] = []
    package var groups: [GroupEntry] = []
    package var roles: [RoleEntry] = []
    package var policies: [PolicyEntry] = []
    package var keys: [KeyEntry] = []

    package init() {}

    package var isEmpty: Bool {
        providers.isEmpty && users.isEmpty && groups.isEmpty && roles.isEmpty && policies.isEmpty && keys.isEmpty
    }
}

package typealias Tags = [Text: Text]

/// What lets a user, a group or a role do something.
package struct Grants: Sendable {
    /// ARNs, or `${policy.NAME}` for policies of the file.
    package var attached: [Text]?
    package var inline: [Text: Document]?
    /// An ARN as in `attached`; empty for none. Groups have none.
    package var boundary: Text?

    package init() {}
}

package struct UserEntry: Sendable {
    package let line: Int
    package let name: Text
    package var path: Text?
    package var groups: [Text]?
    package var grants = Grants()
    package var tags: Tags?
    /// Where the secret of the first access key goes. As the file has it; relative to the file's folder.
    package var accessKeyFile: Text?

    package init(line: Int, name: Text) { (self.line, self.name) = (line, name) }
}

package struct GroupEntry: Sendable {
    package let line: Int
    package let name: Text
    package var path: Text?
    package var grants = Grants()

    package init(line: Int, name: Text) { (self.line, self.name) = (line, name) }
}

package struct RoleEntry: Sendable {
    package let line: Int
    package let name: Text
    package var path: Text?
    package var description: Text?
    package var trust: Document?
    /// In seconds.
    package var maxSessionDuration: Int64?
    package var grants = Grants()
    package var tags: Tags?

    package init(line: Int, name: Text) { (self.line, self.name) = (line, name) }
}

package struct PolicyEntry: Sendable {
    package let line: Int
    package let name: Text
    package var path: Text?
    package var description: Text?
    package var document: Document
    package var tags: Tags?

    package init(line: Int, name: Text, document: Document) {
        (self.line, self.name, self.document) = (line, name, document)
    }
}

package struct KeyEntry: Sendable {
    package enum Rotation: Sendable, Equatable {
        case off
        /// By whatever period it has; of a new key a year.
        case on
        /// In days.
        case every(Int64)
    }

    package let line: Int
    /// Without `alias/`.
    package let alias: Text
    package var description: Text?
    package var policy: Document?
    package var isEnabled: Bool?
    package var rotation: Rotation?
    package var spec: Text?
    package var usage: Text?
    package var isMultiRegion: Bool?
    package var tags: Tags?

    package init(line: Int, alias: Text) { (self.line, self.alias) = (line, alias) }
}

package struct ProviderEntry: Sendable {
    package let line: Int
    /// With `https://`.
    package let url: Text
    package var audiences: [Text]?
    package var thumbprints: [Text]?
    package var tags: Tags?

    package init(line: Int, url: Text) { (self.line, self.url) = (line, url) }

    /// How ARNs name it: hosts are the same in any case, paths are not.
    package var name: Text {
        let parts = (url.dropping("https://") ?? url).split(on: 0x2F, limit: 2)
        return parts.count == 2 ? "\(parts[0].asciiLowercased)/\(parts[1])" : parts[0].asciiLowercased
    }
}

package struct OrganizationEntry: Sendable {
    package var units: [UnitEntry] = []
    package var policies: [ControlPolicyEntry] = []
}

package struct UnitEntry: Sendable {
    /// How the file calls the organization's root, which is no unit.
    package static let root: Text = "root"

    package let line: Int
    package let name: Text
    /// A unit of the file, or ``root``.
    package let parent: Text
}

/// A service or resource control policy.
package struct ControlPolicyEntry: Sendable {
    package let line: Int
    package let name: Text
    /// As Organizations calls it, e.g. `SERVICE_CONTROL_POLICY`.
    package let type: Text
    package var description: Text?
    package let document: Document
    package var targets: [Target]?

    package enum Target: Sendable, Hashable {
        case root
        case unit(Text)
        case account(Text)
    }
}
