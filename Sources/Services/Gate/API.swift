package import Bytes
package import Wire

/// One AWS service as clients address it.
package struct API: Sendable {
    /// Name in the credential scope, prefix of IAM actions and of the event source.
    package let name: Text
    /// The part of `X-Amz-Target` before the dot; `nil` for services that speak only Query.
    package let targetPrefix: Text?
    package let version: Text
    package let dialects: [Dialect]
    /// Namespace of XML answers.
    package let xmlNamespace: Text
    /// JSON member that carries the text of a modelled error.
    package let messageKey: Text

    package var eventSource: Text { "\(name).amazonaws.com" }
    /// Clients sign global services for a Region of their own choice.
    package var isGlobal: Bool { ["sts", "iam", "organizations"].contains(name) }
}

extension API {
    package static let secretsManager = API(
        name: "secretsmanager",
        targetPrefix: "secretsmanager",
        version: "2017-10-17",
        dialects: [.json11],
        xmlNamespace: "",
        messageKey: "Message"
    )
    package static let kms = API(
        name: "kms",
        targetPrefix: "TrentService",
        version: "2014-11-01",
        dialects: [.json11],
        xmlNamespace: "",
        messageKey: "message"
    )
    package static let sts = API(
        name: "sts",
        targetPrefix: nil,
        version: "2011-06-15",
        dialects: [.query],
        xmlNamespace: "https://sts.amazonaws.com/doc/2011-06-15/",
        messageKey: "Message"
    )
}

extension API {
    package static let iam = API(
        name: "iam",
        targetPrefix: nil,
        version: "2010-05-08",
        dialects: [.query],
        xmlNamespace: "https://iam.amazonaws.com/doc/2010-05-08/",
        messageKey: "Message"
    )
}

extension API {
    package static let organizations = API(
        name: "organizations",
        targetPrefix: "AWSOrganizationsV20161128",
        version: "2016-11-28",
        dialects: [.json11],
        xmlNamespace: "",
        messageKey: "Message"
    )
}

extension API {
    package static let lambda = API(
        name: "lambda",
        targetPrefix: nil,
        version: "2015-03-31",
        dialects: [.restJSON],
        xmlNamespace: "",
        messageKey: "message"
    )
    package static let logs = API(
        name: "logs",
        targetPrefix: "Logs_20140328",
        version: "2014-03-28",
        dialects: [.json11],
        xmlNamespace: "",
        messageKey: "message"
    )
}

extension API {
    /// Only as the source of service events so far.
    static let cloudTrail = API(
        name: "cloudtrail",
        targetPrefix: nil,
        version: "2013-11-01",
        dialects: [],
        xmlNamespace: "",
        messageKey: "Message"
    )
}
