import Bytes
import Policy

/// A user with ten policies of twenty statements, of which the last one of the last policy allows the read; a secret whose policy
/// denies twice under conditions; a key whose policy leaves it to the account.
enum DecisionWorld {
    static let policies = 10
    static let statements = 20
    static let account: Text = "111122223333"
    static let secret: Text = "arn:aws:secretsmanager:us-west-2:111122223333:secret:payments/production/database-AbCdEf"
    static let key: Text = "arn:aws:kms:us-west-2:111122223333:key/0e6ac2d4-1f0b-4c59-9c1b-2a5f2e6a7d10"

    /// As accounts have them: half about other services, a quarter each about secrets and about keys.
    static func mixed(_ number: Int) -> String {
        let others = ["s3:GetObject", "ec2:Describe*", "dynamodb:Query", "sqs:SendMessage", "logs:PutLogEvents"]
        switch number % 4 {
        case 0: return narrow(number)
        case 1:
            return statement(
                "Allow", ["kms:Decrypt", "kms:GenerateDataKey*"], "arn:aws:kms:*:111122223333:alias/team-\(number)",
                #""StringLike":{"kms:EncryptionContext:SecretARN":"arn:aws:secretsmanager:*:*:secret:team-\#(number)/*"}"#
            )
        default:
            return statement(
                "Allow", [others[number % others.count]], "arn:aws:s3:::bucket-\(number)/*",
                #""Bool":{"aws:SecureTransport":"true"}"#)
        }
    }

    /// Each one is about the very action and about a secret whose name starts alike: all of them have to be looked at.
    static func narrow(_ number: Int) -> String {
        statement(
            number % 5 == 0 ? "Deny" : "Allow",
            ["secretsmanager:Get*", "secretsmanager:DescribeSecret", "kms:Decrypt"],
            "arn:aws:secretsmanager:*:111122223333:secret:payments/production/queue-\(number)-??????",
            #""StringEquals":{"aws:PrincipalTag/team":"payments","aws:RequestedRegion":["us-west-2","eu-central-1"]},"#
                + #""IpAddress":{"aws:SourceIp":["10.0.0.0/8","192.168.0.0/16"]}"#)
    }

    static let secretPolicy = """
        {"Version":"2012-10-17","Statement":[
        {"Effect":"Deny","Principal":"*","Action":"secretsmanager:*","Resource":"*",
         "Condition":{"NotIpAddress":{"aws:SourceIp":["10.0.0.0/8","192.0.2.0/24"]},
                      "Bool":{"aws:ViaAWSService":"false"}}},
        {"Effect":"Deny","Principal":"*","Action":"secretsmanager:GetSecretValue","Resource":"*",
         "Condition":{"StringNotEquals":{"aws:PrincipalTag/team":["payments","security"]}}},
        {"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444455556666:role/reader"},
         "Action":"secretsmanager:GetSecretValue","Resource":"*"}]}
        """

    static let keyPolicy = """
        {"Version":"2012-10-17","Statement":[
        {"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"kms:*","Resource":"*"},
        {"Effect":"Allow","Principal":{"AWS":["arn:aws:iam::111122223333:role/admin","arn:aws:iam::444455556666:root"]},
         "Action":["kms:Decrypt","kms:DescribeKey"],"Resource":"*",
         "Condition":{"StringEquals":{"kms:ViaService":"secretsmanager.us-west-2.amazonaws.com"}}},
        {"Effect":"Deny","Principal":"*","Action":"kms:Decrypt","Resource":"*",
         "Condition":{"StringNotEqualsIfExists":{"kms:EncryptionContext:stage":"production"}}}]}
        """

    static func identity(_ statement: (Int) -> String) throws(Trouble) -> [NamedPolicy] {
        var all: [NamedPolicy] = []
        for number in 0..<policies {
            var texts = (0..<statements).map { statement(number * statements + $0) }
            if number == policies - 1 {
                texts[statements - 1] = Self.statement(
                    "Allow", ["secretsmanager:GetSecretValue", "kms:Decrypt"], "*",
                    #""StringLike":{"aws:PrincipalTag/team":"pay*"}"#)
            }
            let text = #"{"Version":"2012-10-17","Statement":[\#(texts.joined(separator: ","))]}"#
            all.append(try policy(text, .identity, name: "policy-\(number)"))
        }
        return all
    }

    static func policy(_ text: String, _ kind: DocumentKind, name: String = "policy") throws(Trouble) -> NamedPolicy {
        do {
            return NamedPolicy(name: Text(name), document: try PolicyDocument.parse(Array(text.utf8), kind: kind))
        } catch { throw Trouble("a policy of the bench is malformed: \(error)") }
    }

    static func ask(_ action: Text, _ resource: Text) -> Ask {
        let principal = Principal(
            account: account, arn: "arn:aws:iam::111122223333:user/payments/app", kind: .user,
            uniqueID: "AIDAEXAMPLEEXAMPLE12")
        return Ask(
            action: action, resource: resource, principal: principal, owner: account, keys: ContextKeys { key($0) })
    }

    /// As the gate has them: computed when a statement asks.
    private static func key(_ name: Text) -> ContextKeys.Value? {
        switch name {
        case "aws:principaltag/team": "payments"
        case "aws:sourceip": "10.1.2.3"
        case "aws:requestedregion": "us-west-2"
        case "aws:securetransport": "true"
        case "aws:viaawsservice": "false"
        case "kms:viaservice": "secretsmanager.us-west-2.amazonaws.com"
        case "kms:encryptioncontext:stage": "production"
        default: nil
        }
    }

    private static func statement(
        _ effect: String, _ actions: [String], _ resource: String, _ condition: String
    ) -> String {
        let actions = actions.map { "\"\($0)\"" }.joined(separator: ",")
        return #"{"Effect":"\#(effect)","Action":[\#(actions)],"Resource":"\#(resource)","Condition":{\#(condition)}}"#
    }
}
