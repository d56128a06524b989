package import Bytes
package import Wire

/// An entry of a record's `resources`.
package struct RecordedResource: Sendable {
    package let arn: Text
    package let account: AccountID
    package let type: Text
}

/// CloudTrail's record of one call (eventVersion 1.11), written straight into bytes.
///
/// Sensitive members are left out, never masked: what is not there can't leak. Names are lowerCamelCase.
package enum Record {
    /// CloudTrail leaves out parameters over 100 KB.
    private static let parameterLimit = 100 * 1024

    /// The caller's record comes first; then a copy for each other account that owns what was used (see ``Audience``).
    package static func success<Op: Operation>(
        _ op: Op.Type,
        _ call: Call,
        _ parameters: Fields,
        _ resources: [RecordedResource],
        additional: Fields = Fields(),
        _ output: @autoclosure () -> Fields
    ) -> [[UInt8]] {
        Audience.all(of: call).map { audience in
            var record = RecordTemplate(for: call)
            write(op, call, audience, parameters, resources, additional, isFresh: false, output, to: &record)
            return record.bytes
        }
    }

    /// As ``success(_:_:_:_:_:)``, for calls that are to be recorded alike and use nothing of other accounts.
    ///
    /// - Parameter isFresh: whether each gets a request id of its own, as nested calls do.
    package static func template<Op: Operation>(
        _ op: Op.Type,
        _ call: Call,
        _ parameters: Fields,
        _ resources: [RecordedResource],
        isFresh: Bool,
        _ output: @autoclosure () -> Fields
    ) -> RecordTemplate {
        var record = RecordTemplate()
        write(op, call, .caller(call), parameters, resources, Fields(), isFresh: isFresh, output, to: &record)
        return record
    }

    private static func write<Op: Operation>(
        _: Op.Type,
        _ call: Call,
        _ audience: Audience,
        _ parameters: Fields,
        _ resources: [RecordedResource],
        _ additional: Fields,
        isFresh: Bool,
        _ output: () -> Fields,
        to record: inout RecordTemplate
    ) {
        head(Op.name, Op.api, call, audience, to: &record)
        append(parameters, Op.input, as: #","requestParameters":"#, to: &record.out)
        if let shape = Op.recordedOutput {
            append(output(), shape, as: #","responseElements":"#, to: &record.out)
        } else {
            record.out.append(#","responseElements":null"#)
        }
        tail(Op.isReadOnly, call, audience, resources, additional, isFresh: isFresh, to: &record)
    }

    package static func failure(
        _ name: Text,
        _ api: API,
        _ isReadOnly: Bool,
        _ call: Call,
        _ shape: Structure,
        _ parameters: Fields?,
        _ fault: Fault
    ) -> [UInt8] {
        var record = RecordTemplate(for: call)
        let audience = Audience.caller(call)
        head(name, api, call, audience, to: &record)
        record.out.append(#","errorCode":"#)
        // CloudTrail names every IAM denial alike, whatever the protocol calls it.
        append(truncated: fault.code == "AccessDeniedException" ? "AccessDenied" : fault.code, to: &record.out)
        if let message = fault.message {
            record.out.append(#","errorMessage":"#)
            append(truncated: message, to: &record.out)
        }
        append(parameters ?? Fields(), shape, as: #","requestParameters":"#, to: &record.out)
        record.out.append(#","responseElements":null"#)
        tail(isReadOnly, call, audience, [], [:], isFresh: false, to: &record)
        return record.bytes
    }

    private static func head(
        _ name: Text, _ api: API, _ call: Call, _ audience: Audience, to record: inout RecordTemplate
    ) {
        record.out.append(#"{"eventVersion":"1.11","userIdentity":"#)
        if let via = call.via {
            // Reopens the object to say which service called for the principal.
            record.out.append(audience.identityJSON.dropLast())
            record.out.append(#","invokedBy":""#)
            record.out.append(via)
            record.out.append(#".amazonaws.com"}"#)
        } else {
            record.out.append(audience.identityJSON)
        }
        record.out.append(#","eventTime":""#)
        record.leave(.time)
        record.out.append(#"","eventSource":""#)
        record.out.append(api.name)
        record.out.append(#".amazonaws.com","eventName":""#)
        record.out.append(name)
        record.out.append(#"","awsRegion":"#)
        record.out.append(jsonString: call.place.region)
        record.out.append(#","sourceIPAddress":"#)
        if let via = call.via {
            record.out.append("\"")
            record.out.append(via)
            record.out.append(#".amazonaws.com","userAgent":""#)
            record.out.append(via)
            record.out.append(#".amazonaws.com""#)
        } else {
            record.leave(.origin)
        }
    }

    private static func tail(
        _ isReadOnly: Bool,
        _ call: Call,
        _ audience: Audience,
        _ resources: [RecordedResource],
        _ additional: Fields,
        isFresh: Bool,
        to record: inout RecordTemplate
    ) {
        record.out.append(#","requestID":""#)
        record.leave(isFresh ? .freshRequestID : .requestID)
        record.out.append(#"","eventID":""#)
        record.leave(.eventID)
        record.out.append(isReadOnly ? #"","readOnly":true"# : #"","readOnly":false"#)
        append(resources, to: &record.out)
        record.out.append(#","eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":""#)
        record.out.append(audience.recipient.text)
        if let shared = audience.sharedEventID {
            record.out.append(#"","sharedEventID":""#)
            record.out.append(shared)
        }
        record.out.append(#"","eventCategory":"Management""#)
        append(additional, audience.seesReasons ? call.findings : [], to: &record.out)
        if call.via == nil { record.leave(.tlsDetails) }
        record.out.append("}")
    }

    private static func append(_ additional: Fields, _ findings: [Finding], to out: inout ByteBuilder) {
        guard !additional.isEmpty || !findings.isEmpty else { return }
        out.append(#","additionalEventData":{"#)
        for (position, member) in additional.members.enumerated() {
            if position > 0 { out.append(",") }
            out.append(jsonString: member.name)
            out.append(":")
            out.append(json: member.value)
        }
        if !findings.isEmpty {
            out.append(additional.isEmpty ? #""authorization":["# : #","authorization":["#)
            for (position, finding) in findings.enumerated() {
                if position > 0 { out.append(",") }
                finding.append(to: &out)
            }
            out.append("]")
        }
        out.append("}")
    }

    private static func append(_ resources: [RecordedResource], to out: inout ByteBuilder) {
        guard !resources.isEmpty else { return }
        out.append(#","resources":["#)
        for (position, resource) in resources.enumerated() {
            out.append(position == 0 ? #"{"ARN":"# : #",{"ARN":"#)
            out.append(jsonString: resource.arn)
            out.append(#","accountId":""#)
            out.append(resource.account.text)
            out.append(#"","type":""#)
            out.append(resource.type)
            out.append(#""}"#)
        }
        out.append("]")
    }

    /// Something that the service did by itself.
    package static func serviceEvent(
        _ name: Text,
        _ api: API,
        place: Place,
        at time: Timestamp,
        requestID: Text,
        eventID: Text,
        errorMessage: Text? = nil,
        details: Fields
    ) -> [UInt8] {
        var out = ByteBuilder(capacity: 800)
        out.append(#"{"eventVersion":"1.11","userIdentity":{"accountId":""#)
        out.append(place.account.text)
        out.append(#"","invokedBy":""#)
        out.append(api.eventSource)
        out.append(#""},"eventTime":""#)
        out.append(iso8601: time)
        out.append(#"","eventSource":""#)
        out.append(api.eventSource)
        out.append(#"","eventName":""#)
        out.append(name)
        out.append(#"","awsRegion":"#)
        out.append(jsonString: place.region)
        out.append(#","sourceIPAddress":""#)
        out.append(api.eventSource)
        out.append(#"","userAgent":""#)
        out.append(api.eventSource)
        out.append("\"")
        if let errorMessage {
            out.append(#","errorMessage":"#)
            append(truncated: errorMessage, to: &out)
        }
        out.append(#","requestParameters":null,"responseElements":null,"additionalEventData":"#)
        out.append(json: details)
        out.append(#","requestID":"#)
        append(truncated: requestID, to: &out)
        out.append(#","eventID":""#)
        out.append(eventID)
        out.append(#"","readOnly":false,"eventType":"AwsServiceEvent","managementEvent":true,"recipientAccountId":""#)
        out.append(place.account.text)
        out.append(#"","eventCategory":"Management"}"#)
        return out.bytes
    }

    private static func append(truncated text: Text, to out: inout ByteBuilder) {
        out.append(truncatedJSONString: text.bytes[...])
    }

    private static func append(_ fields: Fields, _ shape: Structure, as member: String, to out: inout ByteBuilder) {
        out.append(member)
        let start = out.bytes.count
        append(recordable: fields, shape, to: &out)
        let isEmpty = out.bytes.count == start + 2
        guard isEmpty || out.bytes.count - start > parameterLimit else { return }
        out.bytes.removeSubrange(start...)
        out.append("null")
    }

    private static func append(recordable fields: Fields, _ shape: Structure, to out: inout ByteBuilder) {
        out.append(byte: 0x7B)
        let all = shape.members.span
        for index in all.indices where !all[index].isSensitive {
            guard let value = fields[all[index].name] else { continue }
            out.append(jsonMember: all[index].camelName)
            append(recordable: value, all[index].shape, to: &out)
        }
        out.append(byte: 0x7D)
    }

    private static func append(recordable value: Document, _ shape: Shape, to out: inout ByteBuilder) {
        switch (value, shape) {
        case (.structure(let fields), .structure(let inner)): append(recordable: fields, inner, to: &out)
        case (.list(let items), .list(let element, _)):
            out.append(byte: 0x5B)
            for (position, item) in items.enumerated() {
                if position > 0 { out.append(byte: 0x2C) }
                append(recordable: item, element, to: &out)
            }
            out.append(byte: 0x5D)
        case (.timestamp(let time), _):
            out.append(byte: 0x22)
            out.append(iso8601: time)
            out.append(byte: 0x22)
        case (.secret, _): out.append("null")
        default: out.append(json: value)
        }
    }
}
