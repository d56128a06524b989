package import Bytes

/// Which operation a request asks for, and its parameters, before anyone has been authenticated.
package struct Invocation: Sendable {
    package var dialect: Dialect
    /// What stands before the operation in `X-Amz-Target`; `nil` in the query protocol, where the credential scope names the
    /// service.
    package var target: Text?
    package var operation: Text
    /// The number of the route that led here, in REST protocols.
    package var route: Int?
    /// The `Version` of the query protocol.
    package var version: Text?
    private var parameters: Parameters

    private enum Parameters: Sendable {
        case json(Fields)
        case form(Form)
        case bound(RouteBindings)
    }

    /// - Parameter routes: of the REST protocols, which a request with a path is looked up in first.
    package static func recognize(
        _ request: Request, _ envelope: Envelope, _ routes: RouteTable
    ) throws(Fault) -> Invocation {
        guard let found = routes.find(request) else { return try recognize(request, envelope) }
        let bindings = RouteBindings(found.route, labels: found.labels, query: found.query, request)
        return Invocation(
            dialect: .restJSON, target: nil, operation: "", route: found.entry, version: nil,
            parameters: .bound(bindings))
    }

    /// AWS makes these checks before authentication. Where its services differ, the answers are DynamoDB's: 404 for a method
    /// or a content type that no protocol has, see ``Fault/notAnInvocation``.
    private static func recognize(_ request: Request, _ envelope: Envelope) throws(Fault) -> Invocation {
        switch MediaType(envelope.contentType) {
        case _ where request.method.utf8.elementsEqual("GET".utf8): return try queryString(request)
        case _ where !request.method.utf8.elementsEqual("POST".utf8): throw .notAnInvocation
        case .form where envelope.target == nil: return try form(request.body)
        case .json11: return try json(.json11, request.body, envelope)
        case .json10: return try json(.json10, request.body, envelope)
        case .form, .other:
            guard request.body.isEmpty else { throw .notAnInvocation }
            throw targetParts(envelope) == nil ? .unknownOperation : .serialization
        }
    }

    /// The members that `shape` knows, each of its type. Unknown members are ignored and nulls are absent, as on AWS; a value
    /// of the wrong type is ``Fault/serialization``. Constraints are another matter: ``Structure/violations(in:)``.
    package func read(_ shape: Structure) throws(Fault) -> Fields {
        switch parameters {
        case .json(let fields): try shape.read(json: fields, isSensitive: false)
        case .form(let form): try shape.read(form: form, under: "", isSensitive: false)
        case .bound(let bindings): try bindings.read(shape)
        }
    }

    // MARK: JSON

    private static func json(
        _ dialect: Dialect, _ body: [UInt8], _ envelope: Envelope
    ) throws(Fault) -> Invocation {
        let parts = targetParts(envelope)
        if body.isEmpty, parts == nil { throw .unknownOperation }
        guard let document = try? JSON.parse(body), case .structure(let fields) = document else { throw .serialization }
        guard let (target, operation) = parts else { throw .unknownOperation }
        return Invocation(
            dialect: dialect, target: target, operation: operation, version: nil, parameters: .json(fields))
    }

    /// Cut at the last dot: CloudTrail's prefix has dots itself.
    private static func targetParts(_ envelope: Envelope) -> (target: Text, operation: Text)? {
        guard let bytes = envelope.target, let dot = bytes.lastIndex(of: 0x2E) else { return nil }
        let service = bytes[..<dot]
        let operation = bytes[(dot + 1)...]
        guard !service.isEmpty, !operation.isEmpty else { return nil }
        return (Text(decoding: service), Text(decoding: operation))
    }

    // MARK: Query

    private static func form(_ bytes: [UInt8]) throws(Fault) -> Invocation {
        guard let form = Form(bytes) else { throw .malformedQuery }
        guard let action = form["Action"], !action.isEmpty else { throw .missingAction }
        return Invocation(
            dialect: .query, target: nil, operation: action, version: form["Version"], parameters: .form(form))
    }

    private static func queryString(_ request: Request) throws(Fault) -> Invocation {
        let target = Array(request.target.utf8)
        guard let mark = target.firstIndex(of: 0x3F) else { throw .notAnInvocation }
        guard let form = Form(Array(target[(mark + 1)...])) else { throw .malformedQuery }
        guard let action = form["Action"], !action.isEmpty else { throw .notAnInvocation }
        return Invocation(
            dialect: .query, target: nil, operation: action, version: form["Version"], parameters: .form(form))
    }
}

extension Fault {
    /// A method or content type that belongs to no protocol. ``reply(_:style:requestID:)`` gives it DynamoDB's XML form.
    package static let notAnInvocation = Fault.frontEnd("UnknownOperationException", nil, status: 404)
    package static let malformedQuery = Fault.frontEnd(
        "MalformedQueryString", "The query string contains a syntax error.", status: 404)
    package static let missingAction = Fault.frontEnd(
        "MissingAction", "The request is missing an action or a required parameter.")

    /// An action that a query service does not have, in that version.
    package static func invalidAction(_ action: Text, version: Text?) -> Fault {
        let version = version ?? "NO_VERSION_SPECIFIED"
        return .frontEnd("InvalidAction", "Could not find operation \(action) for version \(version)")
    }
}
