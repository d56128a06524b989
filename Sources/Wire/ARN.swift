package import Bytes

/// `arn:partition:service:region:account:resource`; only the resource may contain further colons.
package struct ARN: Sendable, Hashable, CustomStringConvertible {
    package var partition: Text
    package var service: Text
    /// Empty for what is global.
    package var region: Text
    /// Empty for what belongs to no account.
    package var account: Text
    package var resource: Text

    package init(partition: Text = "aws", service: Text, region: Text, account: Text, resource: Text) {
        self.partition = partition
        self.service = service
        self.region = region
        self.account = account
        self.resource = resource
    }

    /// `nil` unless six parts, of which the prefix is `arn` in lower case and partition, service and resource say something.
    package init?(_ text: Text) {
        let parts = text.split(on: 0x3A, limit: 6)
        guard parts.count == 6, parts[0] == "arn", !parts[1].isEmpty, !parts[2].isEmpty, !parts[5].isEmpty else {
            return nil
        }
        (partition, service, region, account, resource) = (parts[1], parts[2], parts[3], parts[4], parts[5])
    }

    package var text: Text { "arn:\(partition):\(service):\(region):\(account):\(resource)" }
    package var description: String { text.string }
}
