internal import Bytes
internal import Policy
internal import Seal
internal import Store
internal import Wire

extension Access {
    enum GetAccountSummary: AccessListing {
        static let name: Text = "GetAccountSummary"
        static let isReadOnly = true
        static let isBrief = false
        static let input: Structure = []

        static func run(_ call: Authorized<Self>) async throws -> Fields {
            let place = Entity.place(call.call.caller.account)
            let counts = try await call.house.store.read { snapshot in
                var (versions, after): (Int, Text?) = (0, nil)
                while true {
                    let items = try snapshot.items(place, kind: EntityKind.policy.rawValue, after: after, limit: 500)
                    for item in items { versions += PolicyVersions(try Entity(item)).all.count }
                    guard items.count == 500 else { break }
                    after = items.last?.key.id
                }
                var (devices, used): (Int, Int) = (0, 0)
                after = nil
                while true {
                    let items = try snapshot.items(place, kind: MFADevice.kind, after: after, limit: 500)
                    devices += items.count
                    for item in items where try MFADevice(item).user != nil { used += 1 }
                    guard items.count == 500 else { break }
                    after = items.last?.key.id
                }
                return (
                    users: try snapshot.itemCount(place, kind: EntityKind.user.rawValue),
                    groups: try snapshot.itemCount(place, kind: EntityKind.group.rawValue),
                    roles: try snapshot.itemCount(place, kind: EntityKind.role.rawValue),
                    policies: try snapshot.itemCount(place, kind: EntityKind.policy.rawValue),
                    versions: versions, devices: devices, used: used
                )
            }
            let summary: [(Text, Int)] = [
                ("Users", counts.users), ("UsersQuota", 5000), ("Groups", counts.groups), ("GroupsQuota", 300),
                ("Roles", counts.roles), ("RolesQuota", 1000), ("Policies", counts.policies), ("PoliciesQuota", 1500),
                ("PolicyVersionsInUse", counts.versions), ("PolicyVersionsInUseQuota", 10_000),
                ("VersionsPerPolicyQuota", PolicyVersions.most), ("MFADevices", counts.devices),
                ("MFADevicesInUse", counts.used), ("GroupsPerUserQuota", 10), ("AccessKeysPerUserQuota", 2),
                ("AttachedPoliciesPerUserQuota", 10), ("AttachedPoliciesPerGroupQuota", 10),
                ("AttachedPoliciesPerRoleQuota", 10), ("UserPolicySizeQuota", 2048), ("GroupPolicySizeQuota", 5120),
                ("RolePolicySizeQuota", 10_240), ("PolicySizeQuota", 6144), ("AssumeRolePolicySizeQuota", 2048),
                // Accounts here have no root user that could sign in.
                ("AccountMFAEnabled", 0), ("AccountAccessKeysPresent", 0), ("AccountPasswordPresent", 0),
                ("AccountSigningCertificatesPresent", 0), ("SigningCertificatesPerUserQuota", 2),
                ("ServerCertificates", 0), ("ServerCertificatesQuota", 20), ("InstanceProfiles", 0),
                ("InstanceProfilesQuota", 1000), ("Providers", 0), ("GlobalEndpointTokenVersion", 1),
            ]
            // How the Query protocol writes a map.
            let entries = summary.map { entry in
                Fields.Member(
                    name: "entry",
                    value: .structure(["key": .string(entry.0), "value": .integer(Int64(entry.1))]))
            }
            return ["SummaryMap": .structure(Fields(entries))]
        }
    }
}
