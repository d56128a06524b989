internal import Bytes
internal import Wire

/// AWS Secrets Manager: its operations, and the words they share.
package enum Secrets {
    static let secretID = Shape.string(1...2048)
    static let token = Shape.string(32...64)
    static let versionID = Shape.string(32...64)
    static let stage = Shape.string(1...256)
    static let text = Shape.string(1...65_536)
    static let binary = Shape.blob(1...65_536)
    static let tags = Shape.list(
        .structure([.optional("Key", .string(1...128)), .optional("Value", .string(0...256))])
    )
    static let nextToken = Shape.string(1...4096)
    static let filters = Shape.list(
        .structure([
            .optional(
                "Key",
                .oneOf("description", "name", "tag-key", "tag-value", "primary-region", "owning-service", "all")
            ),
            .optional("Values", .list(.string(0...512, filterValue), 1...10)),
        ]),
        0...10
    )
    private static let filterValue = Pattern(#"^\!?[a-zA-Z0-9 :_@\/\+\=\.\-\!]*$"#) { text in
        // A leading `!` is in the class anyway, so the optional prefix changes nothing.
        Pattern.each(of: "a-zA-Z0-9 :_@/+=.!-", text: "").matches(text)
    }

    static let current: Text = "AWSCURRENT"
    static let previous: Text = "AWSPREVIOUS"
    static let pending: Text = "AWSPENDING"

    /// How AWS names the default key where it lists the keys of a version.
    static let defaultKey: Text = "DefaultEncryptionKey"

    static let identified: Structure = [.optional("ARN", .string()), .optional("Name", .string())]

    // AWS's published rates; operations in one group share it.
    static let policyQuota = Quota("secretsmanager-resource-policy", 50)
    static let tagQuota = Quota("secretsmanager-tag", 50)
    static let putQuota = Quota("secretsmanager-put", 50)

    static func arn(_ name: Text, _ suffix: Text, in place: Place) -> Text {
        "arn:aws:secretsmanager:\(place.region):\(place.account):secret:\(name)-\(suffix)"
    }
}

/// What nearly every operation answers.
struct SecretIdentity: Sendable {
    let arn: Text
    let name: Text

    /// With room for what operations add.
    var fields: Fields {
        var fields = Fields(reserving: 4)
        fields.add("ARN", arn)
        fields.add("Name", name)
        return fields
    }
}
