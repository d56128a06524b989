import Bytes
import Policy

/// Random policies as JSON, from words few enough that they often meet.
enum Vocabulary {
    static let principals = [
        Cast.root, Cast.alice, Cast.alice, Cast.session, Cast.session, Cast.federated, Cast.service, Cast.anonymous,
        Cast.webIdentity,
        Cast.stranger, Cast.strangeSession, Cast.strangeRoot,
    ]
    static let actions: [Text] = [
        "secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue", "kms:Decrypt", "sts:AssumeRole",
    ]
    static let actionPatterns = [
        "*", "secretsmanager:*", "secretsmanager:Get*", "SecretsManager:getSecretvalue",
        "secretsmanager:PutSecretValue",
        "kms:Decrypt",
        "kms:De?rypt", "*:*", "s*:*e*", "sts:AssumeRole", "s3:GetObject", "kms:*",
    ]
    static let resources: [Text] = [
        "*", Cast.secret, Cast.secret, "arn:aws:secretsmanager:us-east-1:111122223333:secret:alice/x-AbCdEf",
        "arn:aws:kms:eu-west-1:111122223333:key/1234", "arn:aws:iam::111122223333:role/app",
    ]
    static let resourcePatterns = [
        "*", "*", "arn:aws:secretsmanager:us-east-1:111122223333:secret:prod/db-??????",
        "arn:aws:secretsmanager:*:*:secret:*",
        "arn:aws:secretsmanager:*:secret:*:x", "arn:aws:secretsmanager:us-east-1:111122223333:secret:${aws:username}/*",
        "arn:aws:secretsmanager:us-east-1:${aws:PrincipalAccount}:secret:${aws:PrincipalTag/team, 'prod'}/*",
        "arn:aws:kms:??-*-1:*:key/*",
        "arn:aws:iam::111122223333:role/app", "arn:*:kms:*:*:*", "arn:aws:secretsmanager:us-east-1:${aws:TagKeys}:*",
    ]
    static let elements = [
        #""*""#, #"{"AWS":"*"}"#, #"{"AWS":"111122223333"}"#, #"{"AWS":"arn:aws:iam::444455556666:root"}"#,
        #"{"AWS":"arn:aws:iam::111122223333:user/staff/alice"}"#, #"{"AWS":"arn:aws:iam::111122223333:role/svc/app"}"#,
        #"{"AWS":["111122223333","arn:aws:sts::111122223333:assumed-role/app/i-0abc"]}"#,
        #"{"AWS":"arn:aws:sts::111122223333:federated-user/bob"}"#,
        #"{"AWS":["AIDAALICEALICEALICE12","AROAAPPAPPAPPAPPAPP12"]}"#, #"{"AWS":"arn:aws:iam::444455556666:user/eve"}"#,
        #"{"Service":"lambda.amazonaws.com"}"#, #"{"Federated":"cognito-identity.amazonaws.com","AWS":"444455556666"}"#,
        #"{"AWS":["111122223333","arn:aws:iam::111122223333:user/staff/alice","arn:aws:iam::111122223333:role/svc/app","arn:aws:sts::111122223333:assumed-role/app/i-0abc"]}"#,
    ]
    static let values: [(key: Text, values: [Text])] = [
        ("aws:PrincipalTag/team", ["red", "Red", "blue", "", "prod", "al*", "alice"]),
        ("aws:TagKeys", ["red", "blue", "alice", ""]),
        ("aws:SourceIp", ["10.1.2.3", "10.1.2.4", "192.0.2.7", "nowhere"]),
        ("aws:MultiFactorAuthAge", ["1", "1.0", "-3.5", "10", "1e1", "x"]),
        ("aws:CurrentTime", ["2026-11-24T18:27:08Z", "2026-11-24T18:27:09Z", "1999-12-31T23:59:59Z"]),
        ("aws:SecureTransport", ["true", "false", "TRUE"]),
        (
            "aws:SourceArn",
            ["arn:aws:sns:us-east-1:1:t", "arn:aws:sns:eu:1:t:u", "t", "arn:aws:iam::111122223333:user/staff/alice"]
        ), ("k:blob", ["QQ==", "QUI="]),
    ]
    static let families: [(operators: [String], values: [String])] = [
        (
            [
                "StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike",
                "StringNotLike",
            ],
            [
                "red", "blue", "r*", "*", "?e?", "", "alice", "${aws:username}", "${aws:PrincipalTag/team}",
                "${k:none, 'red'}",
                "${k:none}", "al${*}", "${aws:TagKeys}",
            ]
        ),
        (
            [
                "NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals", "NumericGreaterThan",
                "NumericGreaterThanEquals",
            ],
            ["1", "10", "-3.5", "0", "1.00", "9.99"]
        ),
        (
            [
                "DateEquals", "DateNotEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan",
                "DateGreaterThanEquals",
            ],
            ["2026-11-24T18:27:08Z", "2026-11-24T18:27:09Z", "2000-01-01T00:00:00Z"]
        ),
        (["Bool"], ["true", "false", "True", "${aws:SecureTransport}"]), (["BinaryEquals"], ["QQ==", "QUI="]),
        (["IpAddress", "NotIpAddress"], ["10.0.0.0/8", "10.1.2.3", "192.0.2.0/24", "0.0.0.0/0", "10.1.2.0/30"]),
        (
            ["ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"],
            [
                "arn:aws:sns:*:1:t", "arn:aws:sns:*:*:*", "arn:*:*:*:*:*", "${aws:PrincipalArn}",
                "arn:aws:iam::*:user/staff/${aws:username}", "arn:aws:s?s:eu:1:t:?",
            ]
        ),
        (["Null"], ["true", "false"]),
    ]

    static func list(_ chance: inout Chance, _ from: [String], most: Int = 3) -> String {
        let some = (0...chance.below(most)).map { _ in "\"\(chance.pick(from))\"" }
        return some.count == 1 && chance.often(50) ? some[0] : "[\(some.joined(separator: ","))]"
    }

    static func condition(_ chance: inout Chance) -> String {
        var operators: [String: String] = [:]
        for _ in 0...chance.below(2) {
            let index = chance.below(families.count)
            var name = chance.pick(families[index].operators)
            if name != "Null" {
                if chance.often(25) { name = chance.pick(["ForAllValues:", "ForAnyValue:"]) + name }
                if chance.often(20) { name += "IfExists" }
            }
            let fitting: [Text] = [
                ["aws:PrincipalTag/team", "aws:TagKeys"], ["aws:MultiFactorAuthAge"], ["aws:CurrentTime"],
                ["aws:SecureTransport"], ["k:blob"],
                ["aws:SourceIp"], ["aws:SourceArn", "aws:PrincipalArn"],
                ["aws:TagKeys", "aws:SourceIp", "aws:username"],
            ][index]
            let key = chance.often(90) ? chance.pick(fitting) : chance.pick(values).key
            let spelled = chance.often(20) ? key.asciiLowercased : key
            operators[name] = #"{"\#(spelled)":\#(list(&chance, families[index].values))}"#
        }
        return "{" + operators.sorted { $0.key < $1.key }.map { #""\#($0.key)":\#($0.value)"# }.joined(separator: ",")
            + "}"
    }

    /// Some of the named are held to an id, their own or that of a namesake.
    static func ids(_ chance: inout Chance) -> [Text: Text] {
        let all: [(arn: Text, own: Text, other: Text)] = [
            ("arn:aws:iam::111122223333:user/staff/alice", "AIDAALICEALICEALICE12", "AIDAALICEALICEALICE99"),
            ("arn:aws:iam::111122223333:role/svc/app", "AROAAPPAPPAPPAPPAPP12", "AROAAPPAPPAPPAPPAPP99"),
            ("arn:aws:sts::111122223333:assumed-role/app/i-0abc", "AROAAPPAPPAPPAPPAPP12", "AROAAPPAPPAPPAPPAPP99"),
            ("arn:aws:iam::444455556666:user/eve", "AIDAEVEEVEEVEEVEEVE12", "AIDAEVEEVEEVEEVEEVE99"),
        ]
        var ids: [Text: Text] = [:]
        for one in all where chance.often(60) { ids[one.arn] = chance.often(70) ? one.own : one.other }
        return ids
    }

    enum Shape { case identity, resource, trust, control }

    static func statement(_ chance: inout Chance, _ shape: Shape, effect: String? = nil) -> String {
        var parts = [#""Effect":"\#(effect ?? (chance.often(75) ? "Allow" : "Deny"))""#]
        switch shape {
        case .identity: break
        case .control: parts.append(#""Principal":"*""#)
        case .resource, .trust:
            parts.append(#""\#(chance.often(85) ? "Principal" : "NotPrincipal")":\#(chance.pick(elements))"#)
        }
        parts.append(#""\#(chance.often(85) ? "Action" : "NotAction")":\#(list(&chance, actionPatterns))"#)
        if shape != .trust {
            parts.append(#""\#(chance.often(85) ? "Resource" : "NotResource")":\#(list(&chance, resourcePatterns))"#)
        }
        if chance.often(effect == nil ? 45 : 15) { parts.append(#""Condition":\#(condition(&chance))"#) }
        return "{\(parts.joined(separator: ","))}"
    }

    static func ask(_ chance: inout Chance) -> Ask {
        var keys = ContextKeys()
        for (key, values) in values where chance.often(70) {
            if key == "aws:TagKeys" || chance.often(5) {
                keys.add(key, (0..<chance.below(4)).map { _ in chance.pick(values) })
            } else {
                keys.add(key, chance.pick(values))
            }
        }
        return Ask(
            action: chance.pick(actions), resource: chance.pick(resources), principal: chance.pick(principals),
            keys: keys)
    }
}
