internal import Bytes
internal import Policy
internal import Seal
internal import Store
internal import Wire

/// Who has which credentials, in AWS's columns.
struct CredentialReport: Sendable {
    /// How long one counts as new.
    static let lifetime: Int64 = 4 * 3_600_000
    private static let columns: [Text] =
        [
            "user", "arn", "user_creation_time", "password_enabled", "password_last_used", "password_last_changed",
            "password_next_rotation", "mfa_active",
        ]
        + ["1", "2"].flatMap { number in
            [
                "active", "last_rotated", "last_used_date", "last_used_region", "last_used_service",
            ].map { Text("access_key_\(number)_\($0)") }
        } + ["cert_1_active", "cert_1_last_rotated", "cert_2_active", "cert_2_last_rotated"]

    let generated: Timestamp
    let content: [UInt8]

    static func key(_ account: AccountID) -> ItemKey {
        ItemKey(place: Entity.place(account), kind: "credential-report", id: "latest")
    }

    init(_ content: [UInt8], at time: Timestamp) { (self.content, generated) = (content, time) }

    init(_ item: Item) throws {
        let body = try Fields(json: item.body)
        guard let time = body.storedTime("generated"), let content = body.storedBlob("content") else {
            throw StoreError.corrupt("\(item.key.kind)")
        }
        (generated, self.content) = (time, content)
    }

    var body: [UInt8] {
        let fields: Fields = [
            "generated": .integer(generated.milliseconds), "content": .string(Base64.encode(content)),
        ]
        return fields.json
    }

    func isCurrent(_ now: Timestamp) -> Bool { now < generated + Self.lifetime }

    static func make(_ account: AccountID, _ house: House, at now: Timestamp) async throws -> CredentialReport {
        var lines: [[Text]] = [columns, try await root(account, house)]
        var after: Text?
        while true {
            let page = try await house.store.read { [after] snapshot in
                let policy = try PasswordPolicy(snapshot.item(PasswordPolicy.key(account)))
                let items = try snapshot.items(
                    Entity.place(account), kind: EntityKind.user.rawValue, after: after, limit: 100)
                var lines: [[Text]] = []
                for item in items { lines.append(try line(try Entity(item), policy, house.credentialUses, snapshot)) }
                return (lines: lines, last: items.last?.key.id)
            }
            lines += page.lines
            guard page.lines.count == 100 else { break }
            after = page.last
        }
        var out = ByteBuilder(capacity: lines.count * 200)
        for line in lines {
            for (index, cell) in line.enumerated() {
                if index > 0 { out.append(",") }
                append(cell, to: &out)
            }
            out.append("\n")
        }
        return CredentialReport(out.bytes, at: now)
    }

    /// An account's root user, who can't sign in here.
    private static func root(_ account: AccountID, _ house: House) async throws -> [Text] {
        let item = try await house.store.read { try $0.item(OrganizationRows.account(account)) }
        let created = try item.flatMap { try Fields(json: $0.body).storedTime("created") }
        var line: [Text] = ["<root_account>", "arn:aws:iam::\(account):root", time(created) ?? "N/A"]
        line += ["not_supported", "no_information", "not_supported", "not_supported", "false"]
        line += keyless + keyless + certificateless
        return line
    }

    private static let keyless: [Text] = ["false", "N/A", "N/A", "N/A", "N/A"]
    private static let certificateless: [Text] = ["false", "N/A", "false", "N/A"]

    private static func line(
        _ user: Entity, _ policy: PasswordPolicy, _ noted: LastUses<Text, CredentialUse>, _ snapshot: borrowing Snapshot
    ) throws -> [Text] {
        var line: [Text] = [user.name, user.arn, time(user.created) ?? "N/A"]
        if let profile = try LoginProfile(user) {
            line += ["true", "no_information", time(profile.changed) ?? "N/A"]
            line.append(time(policy.expiry(of: profile.changed)) ?? "N/A")
        } else {
            line += ["false", "N/A", "N/A", "N/A"]
        }
        line.append(user.devices.isEmpty ? "false" : "true")
        let keys = try snapshot.items(
            IdentityRows.place, kind: IdentityRows.accessKeyKind, link: IdentityRows.link(user.name, user.account),
            limit: 2)
        for key in keys {
            let body = try Fields(json: key.body)
            let written = try AccessKeyUses.use(snapshot.item(AccessKeyUses.key(key.key.id)))
            let last = [written, noted[key.key.id]].compactMap { $0 }.max { $0.time < $1.time }
            line.append(body.text("status") == "Active" ? "true" : "false")
            line.append(time(body.storedTime("created")) ?? "N/A")
            line += [time(last?.time) ?? "N/A", last?.region ?? "N/A", last?.service ?? "N/A"]
        }
        for _ in keys.count..<2 { line += keyless }
        return line + certificateless
    }

    private static func time(_ time: Timestamp?) -> Text? {
        time.map { Text("\($0.iso8601.string.dropLast())+00:00") }
    }

    /// Names may hold commas.
    private static func append(_ cell: Text, to out: inout ByteBuilder) {
        guard cell.utf8.contains(where: { $0 == 0x2C || $0 == 0x22 }) else {
            out.append(cell)
            return
        }
        out.append("\"")
        for byte in cell.utf8 {
            if byte == 0x22 { out.append(byte: byte) }
            out.append(byte: byte)
        }
        out.append("\"")
    }
}
