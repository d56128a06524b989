internal import Bytes
internal import Wire

extension Record {
    /// Something that KMS did to a key by itself. CloudTrail words these otherwise than the events of Secrets Manager: the
    /// caller is "AWS Internal", and the details are `serviceEventDetails`.
    static func keyEvent(
        _ name: Text,
        on keyID: Text,
        in place: Place,
        at time: Timestamp,
        _ chance: Chance,
        details: Fields = Fields()
    ) -> [UInt8] {
        let resource: Fields = [
            "ARN": .string(Keys.arn(keyID, in: place)), "accountId": .string(place.account.text),
            "type": "AWS::KMS::Key",
        ]
        let event: Fields = [
            "eventVersion": "1.11",
            "userIdentity": .structure(["accountId": .string(place.account.text), "invokedBy": "AWS Internal"]),
            "eventTime": .string(time.iso8601), "eventSource": .string(API.kms.eventSource), "eventName": .string(name),
            "awsRegion": .string(place.region), "sourceIPAddress": "AWS Internal", "userAgent": "AWS Internal",
            "requestParameters": .null, "responseElements": .null, "requestID": .string(chance.uuid()),
            "eventID": .string(chance.uuid()), "readOnly": .bool(false), "resources": .list([.structure(resource)]),
            "eventType": "AwsServiceEvent", "managementEvent": .bool(true),
            "recipientAccountId": .string(place.account.text),
            "serviceEventDetails": .structure(Fields([.init(name: "keyId", value: .string(keyID))] + details.members)),
            "eventCategory": "Management",
        ]
        return event.json
    }
}
