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
    /// CloudTrail truncates texts at 1 KB and leaves out parameters over 100 KB.
    private static let textLimit = 1024
    private static let parameterLimit = 100 * 1024

    package static func success<Op: Operation>(
        _: Op.Type,
        _ call: Call,
        _ parameters: Fields,
        _ resources: [RecordedResource],
        _ output: @autoclosure () -> Fields
    ) -> [UInt8] {
        var out = head(Op.name, Op.api, call)
        append(parameters, Op.input, as: #","requestParameters":"#, to: &out)
        if let shape = Op.recordedOutput {
            append(output(), shape, as: #","responseElements":"#, to: &out)
        } else {
            out.append(#","responseElements":null"#)
        }
        tail(Op.isReadOnly, call, resources, to: &out)
        return out.bytes
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
        var out = head(name, api, call)
        out.append(#","errorCode":"#)
        // CloudTrail names every IAM denial alike, whatever the protocol calls it.
        append(truncated: fault.code == "AccessDeniedException" ? "AccessDenied" : fault.code, to: &out)
        if let message = fault.message {
            out.append(#","errorMessage":"#)
            append(truncated: message, to: &out)
        }
        append(parameters ?? Fields(), shape, as: #","requestParameters":"#, to: &out)
        out.append(#","responseElements":null"#)
        tail(isReadOnly, call, [], to: &out)
        return out.bytes
    }

    private static func head(_ name: Text, _ api: API, _ call: Call) -> ByteBuilder {
        var out = ByteBuilder(capacity: 1200)
        out.append(#"{"eventVersion":"1.11","userIdentity":"#)
        if let via = call.via {
            // Reopens the object to say which service called for the principal.
            out.append(call.caller.identityJSON.dropLast())
            out.append(#","invokedBy":""#)
            out.append(via)
            out.append(#".amazonaws.com"}"#)
        } else {
            out.append(call.caller.identityJSON)
        }
        out.append(#","eventTime":""#)
        out.append(iso8601: call.received)
        out.append(#"","eventSource":""#)
        out.append(api.name)
        out.append(#".amazonaws.com","eventName":""#)
        out.append(name)
        out.append(#"","awsRegion":"#)
        out.append(jsonString: call.place.region)
        out.append(#","sourceIPAddress":"#)
        if let via = call.via {
            out.append("\"")
            out.append(via)
            out.append(#".amazonaws.com","userAgent":""#)
            out.append(via)
            out.append(#".amazonaws.com""#)
        } else {
            out.append(jsonString: call.peer.address)
            out.append(#","userAgent":"#)
            append(truncated: call.userAgent, to: &out)
        }
        return out
    }

    private static func tail(
        _ isReadOnly: Bool,
        _ call: Call,
        _ resources: [RecordedResource],
        to out: inout ByteBuilder
    ) {
        out.append(#","requestID":""#)
        out.append(call.requestID)
        out.append(#"","eventID":""#)
        call.house.chance.append(uuidTo: &out)
        out.append(isReadOnly ? #"","readOnly":true"# : #"","readOnly":false"#)
        append(resources, to: &out)
        out.append(#","eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":""#)
        out.append(call.place.account.text)
        out.append(#"","eventCategory":"Management""#)
        if call.via == nil, let tls = call.peer.tls {
            out.append(#","tlsDetails":{"tlsVersion":"#)
            out.append(jsonString: tls.version)
            // Left out where the TLS library does not tell.
            if !tls.cipherSuite.isEmpty {
                out.append(#","cipherSuite":"#)
                out.append(jsonString: tls.cipherSuite)
            }
            out.append(#","clientProvidedHostHeader":"#)
            append(truncated: call.host, to: &out)
            out.append("}")
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
        out.append(#"","requestParameters":null,"responseElements":null,"additionalEventData":"#)
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
        guard text.utf8.count > textLimit else { return out.append(jsonString: text) }
        var kept = Array(text.utf8.prefix(textLimit))
        while let last = kept.last, last & 0xC0 == 0x80 { kept.removeLast() }
        if let last = kept.last, last >= 0xC0 { kept.removeLast() }
        out.append(jsonString: Text(String(decoding: kept, as: UTF8.self)))
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
        var isFirst = true
        for member in shape.members where !member.isSensitive {
            guard let value = fields[member.name] else { continue }
            if !isFirst { out.append(byte: 0x2C) }
            isFirst = false
            out.append(byte: 0x22)
            out.append(member.camelName)
            out.append(#"":"#)
            append(recordable: value, member.shape, to: &out)
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
