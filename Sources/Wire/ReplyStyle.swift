package import Bytes

/// How an operation's result or fault is put into bytes.
package struct ReplyStyle: Sendable {
    package var dialect: Dialect
    /// Of the query protocol's documents, e.g. `https://sts.amazonaws.com/doc/2011-06-15/`.
    package var xmlNamespace: Text
    package var operation: Text
    /// The member that holds a modelled fault's text in JSON: `Message` or `message`, as the service's model has it.
    package var messageKey: Text
    /// Whether the operation's model has an output; without one, XML has no `…Result` element.
    package var hasResult: Bool
    /// Of REST protocols.
    package var route: RouteReply?
    /// Whether modelled faults of REST protocols carry a `Type`, as Lambda's do.
    package var typesFaults = false

    package init(
        dialect: Dialect, xmlNamespace: Text = "", operation: Text, messageKey: Text = "Message", hasResult: Bool = true
    ) {
        self.dialect = dialect
        self.xmlNamespace = xmlNamespace
        self.operation = operation
        self.messageKey = messageKey
        self.hasResult = hasResult
    }
}

/// An operation's output.
package func reply(_ fields: Fields, style: ReplyStyle, requestID: String) -> Reply {
    if style.dialect == .restJSON {
        return (style.route ?? RouteReply()).reply(fields, hasResult: style.hasResult)
    }
    var out = ByteBuilder(capacity: 512)
    switch style.dialect {
    case .json11, .json10, .restJSON: out.append(json: fields)
    case .query:
        let name = style.operation
        out.append("<\(name)Response xmlns=\"")
        out.append(xmlEscaped: style.xmlNamespace.utf8)
        out.append("\">")
        if style.hasResult {
            out.append("<\(name)Result>")
            out.append(xml: fields)
            out.append("</\(name)Result>")
        }
        out.append("<ResponseMetadata><RequestId>")
        out.append(xmlEscaped: requestID.utf8)
        out.append("</RequestId></ResponseMetadata></\(name)Response>")
    }
    return Reply(status: 200, contentType: style.dialect.contentType, body: out.bytes)
}

/// A fault in its wire form. Its operator's details, if there are any, are not in it.
package func reply(_ fault: Fault, style: ReplyStyle, requestID: String) -> Reply {
    // Nothing tells yet which protocol such a client speaks.
    if fault == .notAnInvocation {
        return Reply(status: 404, contentType: "text/xml", body: Array("<UnknownOperationException/>\n".utf8))
    }
    var out = ByteBuilder(capacity: 256)
    switch style.dialect {
    case .json11, .json10:
        out.append(json: fault, messageKey: fault.origin == .frontEnd ? "message" : style.messageKey)
        return Reply(status: fault.status, contentType: style.dialect.contentType, body: out.bytes)
    case .query:
        let spoken = fault.inQuery
        out.append(xml: spoken, style.xmlNamespace, requestID)
        return Reply(status: spoken.status, contentType: style.dialect.contentType, body: out.bytes)
    case .restJSON:
        let spoken = style.typesFaults ? fault.inREST.typed : fault.inREST
        var body = Fields()
        if style.typesFaults, spoken.origin == .service, spoken.code != "AccessDeniedException" {
            body.add("Type", spoken.status >= 500 ? "Service" : "User")
            body.add(spoken.status == 404 || spoken.status >= 500 ? "Message" : style.messageKey, spoken.message)
            body.add("Reason", spoken.reason)
        } else {
            body.add(style.messageKey, spoken.message)
        }
        out.append(json: body)
        return Reply(
            status: spoken.status, contentType: style.dialect.contentType,
            headers: [Header("x-amzn-ErrorType", spoken.code.string)], body: out.bytes)
    }
}

extension ByteBuilder {
    fileprivate mutating func append(json fault: Fault, messageKey: Text) {
        append("{\"__type\":")
        append(jsonString: fault.code)
        if let message = fault.message {
            append(",")
            append(jsonString: messageKey)
            append(":")
            append(jsonString: message)
        }
        if let reason = fault.reason {
            append(",\"Reason\":")
            append(jsonString: reason)
        }
        append("}")
    }

    fileprivate mutating func append(xml fault: Fault, _ namespace: Text, _ requestID: String) {
        append("<ErrorResponse xmlns=\"")
        append(xmlEscaped: namespace.utf8)
        append("\"><Error><Type>\(fault.status >= 500 ? "Receiver" : "Sender")</Type><Code>")
        append(xmlEscaped: fault.code.utf8)
        append("</Code>")
        if let message = fault.message {
            append("<Message>")
            append(xmlEscaped: message.utf8)
            append("</Message>")
        }
        append("</Error><RequestId>")
        append(xmlEscaped: requestID.utf8)
        append("</RequestId></ErrorResponse>")
    }
}

extension Fault {
    /// The front end's faults have names and statuses of their own in the query protocol.
    fileprivate var inQuery: Fault {
        switch code {
        case "ThrottlingException": Fault("Throttling", message, status: 400, origin: origin)
        case "ValidationException": Fault("ValidationError", message, status: 400, origin: origin)
        case "AccessDeniedException": Fault("AccessDenied", message, status: 403, origin: origin)
        case "UnknownOperationException": Fault("InvalidAction", message, status: 400, origin: origin)
        default: self
        }
    }

    /// Lambda's names for what every service has.
    fileprivate var typed: Fault {
        switch code {
        case "InternalServerException": return Fault("ServiceException", message, status: status)
        case "ThrottlingException":
            var fault = Fault("TooManyRequestsException", "Rate Exceeded.", status: 429)
            fault.reason = "CallerRateLimitExceeded"
            return fault
        default: return self
        }
    }

    /// In REST protocols the status says as much as the name.
    fileprivate var inREST: Fault {
        switch code {
        case "AccessDeniedException", "MissingAuthenticationTokenException", "IncompleteSignatureException",
            "InvalidSignatureException", "UnrecognizedClientException", "ExpiredTokenException":
            Fault(code, message, status: 403, origin: origin)
        case "ThrottlingException": Fault(code, message, status: 429, origin: origin)
        case "InternalServiceError": Fault("InternalServerException", message, status: status, origin: origin)
        default: self
        }
    }
}
