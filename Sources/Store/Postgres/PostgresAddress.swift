internal import Bytes
internal import CLibPQ

/// A connection string, taken apart, with the defaults that a server needs and a shell doesn't.
struct PostgresAddress: Sendable {
    let parameters: [String: String]

    init(_ conninfo: String, node: Text) throws(StoreError) {
        var parameters = try Self.parse(conninfo)
        let defaults = [
            // Several hosts may be named; only the primary decides anything.
            "target_session_attrs": "read-write",
            "connect_timeout": "5",
            // A peer that vanished without a word is noticed.
            "tcp_user_timeout": "5000",
            "application_name": "undercroft \(node)",
        ]
        parameters.merge(defaults) { given, _ in given }
        parameters["client_encoding"] = "UTF8"
        self.parameters = parameters
    }

    private static func parse(_ conninfo: String) throws(StoreError) -> [String: String] {
        // libpq's reason may quote the string, password and all.
        guard let options = unsafe PQconninfoParse(conninfo, nil) else {
            throw .misconfigured("the PostgreSQL connection string can't be read")
        }
        defer { unsafe PQconninfoFree(options) }
        var parameters: [String: String] = [:]
        var option = unsafe options
        while let keyword = unsafe option.pointee.keyword {
            if let value = unsafe option.pointee.val {
                parameters[unsafe String(cString: keyword)] = unsafe String(cString: value)
            }
            unsafe option += 1
        }
        return parameters
    }
}
