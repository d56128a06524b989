internal import Bytes
internal import Policy
internal import Store
internal import Wire

/// AWS Organizations: its operations, and the words they share.
enum Organization {
    /// AWS does not publish the rates of Organizations; this is of the size that clients meet.
    static let quota = Quota("organizations", 100)

    static let accountID = Shape.string(0...12)
    static let parentID = Shape.string(0...100)
    static let childID = Shape.string(0...100)
    static let targetID = Shape.string(0...100)
    static let rootID = Shape.string(0...34)
    static let unitID = Shape.string(0...68)
    static let unitName = Shape.string(1...128)
    static let policyID = Shape.string(0...130)
    static let policyName = Shape.string(1...128)
    static let policyDescription = Shape.string(0...512)
    static let policyContent = Shape.string(1...Int.max)
    static let requestID = Shape.string(0...36)
    static let resourceID = Shape.string(0...130)
    static let policyType = Shape.oneOf(
        "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY", "TAG_POLICY", "BACKUP_POLICY", "AISERVICES_OPT_OUT_POLICY",
        "CHATBOT_POLICY", "DECLARATIVE_POLICY_EC2", "SECURITYHUB_POLICY", "SECURITYHUB_CSPM_POLICY",
        "INSPECTOR_POLICY", "UPGRADE_ROLLOUT_POLICY", "BEDROCK_POLICY", "S3_POLICY",
        "NETWORK_SECURITY_DIRECTOR_POLICY", "GUARDDUTY_POLICY")
    static let childType = Shape.oneOf("ACCOUNT", "ORGANIZATIONAL_UNIT")
    static let email = Shape.string(
        6...64,
        Pattern("[^\\s@]+@[^\\s@]+\\.[^\\s@]+") { text in
            let parts = text.split(on: 0x40)
            guard parts.count == 2, let name = parts.first, let host = parts.last else { return false }
            let labels = host.split(on: 0x2E)
            let isSpaced = text.utf8.contains { $0 == 0x20 || (0x09...0x0D).contains($0) }
            // A dot that has something before it and something behind it.
            return !isSpaced && !name.isEmpty && labels.count > 1
                && host.utf8.dropFirst().dropLast().contains(0x2E)
        })
    static let accountName = Shape.string(
        1...50,
        Pattern("[\\u0020-\\u007E]+") { text in text.utf8.allSatisfy { (0x20...0x7E).contains($0) } })
    static let roleName = Shape.string(
        0...64,
        Pattern("[\\w+=,.@-]{1,64}") { text in !text.isEmpty && Access.namePattern.matches(text) })
    static let tagKey = Shape.string(
        1...128, Pattern.each(of: "\\p{L}\\p{Z}\\p{N}_.:/=+\\-@", text: "^([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)$"))
    static let tagValue = Shape.string(
        0...256, Pattern.each(of: "\\p{L}\\p{Z}\\p{N}_.:/=+\\-@", text: "^([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)$"))
    static let tags = Shape.list(.structure([.required("Key", tagKey), .required("Value", tagValue)]))
    static let paging: [ShapeMember] = [
        .optional("NextToken", .string(0...100_000)), .optional("MaxResults", .integer(1...20)),
    ]

    private static let lowerAlphanumeric: [UInt8] = Array("abcdefghijklmnopqrstuvwxyz0123456789".utf8)

    static func identifier(_ prefix: Text, _ count: Int, _ chance: Chance) -> Text {
        Text(prefix.string + String(decoding: chance.characters(count, from: lowerAlphanumeric), as: UTF8.self))
    }

    /// Twelve digits, the first of them no zero: whoever takes the id for a number loses nothing.
    static func accountID(_ chance: Chance) -> AccountID? {
        let first = chance.characters(1, from: Array("123456789".utf8))
        return AccountID(
            Text(decoding: (first + chance.characters(11, from: Array("0123456789".utf8)))[...]))
    }
}

/// What an id looks like, and so what it names.
enum OrganizationID {
    static func isRoot(_ id: Text) -> Bool { id.dropping("r-").map { isPlain($0, 4...32) } ?? false }

    static func isUnit(_ id: Text) -> Bool {
        guard let parts = id.dropping("ou-")?.split(on: 0x2D), parts.count == 2 else { return false }
        return isPlain(parts[0], 4...32) && isPlain(parts[1], 8...32)
    }

    static func isAccount(_ id: Text) -> Bool { AccountID(id) != nil }

    static func isPolicy(_ id: Text) -> Bool {
        guard let rest = id.dropping("p-")?.utf8, (8...128).contains(rest.count) else { return false }
        return rest.allSatisfy { isPlain($0) || (0x41...0x5A).contains($0) || $0 == 0x5F }
    }

    static func isRequest(_ id: Text) -> Bool { id.dropping("car-").map { isPlain($0, 8...32) } ?? false }

    private static func isPlain(_ text: Text, _ length: ClosedRange<Int>) -> Bool {
        length.contains(text.utf8.count) && text.utf8.allSatisfy(isPlain)
    }

    private static func isPlain(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte) }
}
