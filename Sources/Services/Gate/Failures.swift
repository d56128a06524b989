internal import Bytes
internal import Store
internal import Wire

extension Fault {
    static let internalError = Fault(
        "InternalServiceError",
        "An error occurred on the server side. The operator's log has the reason under this request id.",
        status: 500
    )
    static let unavailable = Fault.frontEnd(
        "ServiceUnavailable",
        "The service can't reach its store. Nothing is known to be lost; try again.",
        status: 503
    )
    static let full = Fault(
        "InternalServiceError",
        "The server's storage is full. Nothing was changed; try again when the operator has made room.",
        status: 500
    )
}

extension StoreError {
    var fault: Fault {
        switch self {
        case .full: .full
        case .unavailable, .unknownOutcome, .locked, .conflict: .unavailable
        default: .internalError
        }
    }

    var operatorText: Text { "\(self)" }
}

/// What goes out when the record could not be made durable.
enum Unrecorded {
    private static let json = Reply(
        status: 500,
        contentType: "application/x-amz-json-1.1",
        body: Array(
            #"{"__type":"InternalServiceError","Message":"The call could not be recorded in the audit trail, so it is not answered."}"#
                .utf8
        )
    )
    private static let xml = Reply(
        status: 500,
        contentType: "text/xml",
        body: Array(
            "<ErrorResponse><Error><Type>Receiver</Type><Code>InternalFailure</Code><Message>The call could not be recorded in the audit trail, so it is not answered.</Message></Error></ErrorResponse>"
                .utf8
        )
    )

    private static let rest = Reply(
        status: 500,
        contentType: Dialect.restJSON.contentType,
        headers: [Header("x-amzn-ErrorType", "InternalServerException")],
        body: Array(
            #"{"message":"The call could not be recorded in the audit trail, so it is not answered."}"#.utf8)
    )

    static func reply(_ dialect: Dialect) -> Reply {
        switch dialect {
        case .json11, .json10: json
        case .query: xml
        case .restJSON: rest
        }
    }
}
