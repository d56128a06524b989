internal import Bytes
internal import Services

extension RotatorField {
    /// The members that every login has.
    static func login(_ kind: ServerKind) -> [RotatorField] {
        let engines = kind.engines.map { "\"\($0)\"" }.joined(separator: ", ")
        return [
            RotatorField("engine", isRequired: true, "One of \(engines)."),
            RotatorField("host", isRequired: true, "Name or address of the server."),
            RotatorField("port", isRequired: false, "\(kind.port) by default."),
            RotatorField("username", isRequired: true, "The user."),
            RotatorField("password", isRequired: true, "Its password; rotated."),
            RotatorField(
                "ssl", isRequired: false,
                "true: verified TLS. false: clear text. Absent: verified TLS, on loopback clear text if there is none."),
        ]
    }

    static let database = RotatorField(
        "dbname", isRequired: false, "The database to log in to, where the default won't do.")

    static func master(isRequired: Bool, _ mayDo: Text) -> RotatorField {
        RotatorField(
            "masterarn", isRequired: isRequired, "ARN of the secret of a user on the same host who may \(mayDo).")
    }
}
