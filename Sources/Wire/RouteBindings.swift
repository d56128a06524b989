import Bytes

/// The parameters of a REST-JSON request, as texts where they stand outside of the body.
struct RouteBindings: Sendable {
    /// By member: every member that the route takes from outside of the body, with all values that it was given.
    private var values: [Text: [Text]]
    private let body: [UInt8]
    private let payload: Text?
    /// A query string with broken escapes, or what is not UTF-8.
    private var isMalformed = false

    init(_ route: Route, labels: [Text: Text], query: ArraySlice<UInt8>, _ request: Request) {
        values = labels.mapValues { [$0] }
        body = request.body
        payload = route.payload
        for member in route.query.values { values[member] = [] }
        for member in route.headers.values { values[member] = [] }
        for pair in query.split(separator: 0x26) {
            let cut = pair.firstIndex(of: 0x3D) ?? pair.endIndex
            guard let name = Self.text(pair[..<cut]), let value = Self.text(pair[cut...].dropFirst()) else {
                isMalformed = true
                continue
            }
            if let member = route.query[name] { values[member]?.append(value) }
        }
        guard !route.headers.isEmpty else { return }
        for header in request.headers {
            if let member = route.headers[Text(header.name).asciiLowercased] {
                values[member]?.append(Text(header.value))
            }
        }
    }

    /// `+` is a plus sign, as it is for the signature.
    private static func text(_ bytes: ArraySlice<UInt8>) -> Text? {
        PercentCoding.decode(bytes).flatMap { Text(utf8: $0) }
    }

    func read(_ shape: Structure) throws(Fault) -> Fields {
        guard !isMalformed else { throw .serialization }
        var fields = Fields()
        var inner: [ShapeMember] = []
        for member in shape.members {
            if member.name == payload {
                let isSensitive = member.isSensitive
                fields.add(
                    member.name, isSensitive ? .secret(SensitiveBytes(body, isText: false)) : .blob(body))
                continue
            }
            guard let texts = values[member.name] else {
                inner.append(member)
                continue
            }
            let form: Form
            if case .list = member.shape {
                form = Form(texts.enumerated().map { ("\(member.name).member.\($0.offset + 1)", $0.element) })
            } else {
                // Of two, the signer may have meant either.
                guard texts.count <= 1 else { throw .serialization }
                form = Form(texts.map { (member.name, $0) })
            }
            fields.members += try Structure([member]).read(form: form, under: "", isSensitive: false).members
        }
        guard !inner.isEmpty, !body.isEmpty, payload == nil else { return fields }
        guard let document = try? JSON.parse(body), case .structure(let given) = document else { throw .serialization }
        fields.members += try Structure(inner).read(json: given, isSensitive: false).members
        return fields
    }
}
