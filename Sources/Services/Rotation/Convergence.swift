package import Bytes
internal import Wire

/// Who has not read a secret since it was last rotated, and so still holds the old value: told from the trail, record by record.
///
/// A read of AWSCURRENT got the version that was current then, so the moment of the read tells which. Records tell seconds: one
/// of the second of the rotation counts as before it. Whoever reads AWSPENDING is at work on the rotation, and holds nothing.
package struct Convergence {
    package struct Reader: Sendable, Equatable {
        /// ARN of the user, or of the role's session.
        package var principal: Text
        package var lastRead: Timestamp
        package var address: Text
        /// Whether the last read was before the rotation.
        package var isBehind: Bool
    }

    private let arn: Text
    private let name: Text
    private let rotated: Timestamp
    private let since: Timestamp
    private var last: [Text: (time: Timestamp, address: Text)] = [:]
    private var rotators: Set<Text> = []
    /// The ARN without its random suffix names the secret too.
    private let partialARN: Text
    private let region: Text

    /// - Parameters:
    ///   - rotated: when the current version became current.
    ///   - since: readers of before are forgotten.
    package init(arn: Text, name: Text, rotated: Timestamp, since: Timestamp) {
        self.arn = arn
        self.name = name
        self.rotated = rotated
        self.since = since
        partialARN = Text(decoding: arn.bytes.dropLast(7))
        region = arn.split(on: 0x3A).dropFirst(3).first ?? ""
    }

    package mutating func add(_ record: Fields) {
        guard record.text("eventName") == "GetSecretValue", record["errorCode"] == nil,
            let asked = record.fields("requestParameters"), let id = asked.text("secretId"),
            id == arn || id == partialARN || (id == name && record.text("awsRegion") == region),
            let who = record.fields("userIdentity")?.text("arn"),
            let time = record.text("eventTime").flatMap({ Timestamp(iso8601: $0) })
        else { return }
        switch asked.text("versionStage") {
        case "AWSPENDING": rotators.insert(who)
        case nil where asked.text("versionId") == nil, "AWSCURRENT":
            guard time >= since, time >= last[who]?.time ?? since else { return }
            last[who] = (time, record.text("sourceIPAddress") ?? "")
        default: break
        }
    }

    /// Those who are behind first, then by time.
    package var readers: [Reader] {
        last.filter { !rotators.contains($0.key) }.map { who, read in
            Reader(
                principal: who, lastRead: read.time, address: read.address, isBehind: read.time < rotated)
        }.sorted { a, b in
            if a.isBehind != b.isBehind { return a.isBehind }
            return a.lastRead == b.lastRead ? a.principal < b.principal : a.lastRead < b.lastRead
        }
    }
}
