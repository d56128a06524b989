internal import Bytes
internal import Services

extension RotatorField {
    static func database(_ kind: ServerKind, needsMaster: Bool) -> [RotatorField] {
        let engines = kind.engines.map { "\"\($0)\"" }.joined(separator: ", ")
        var fields = [
            RotatorField("engine", isRequired: true, "One of \(engines)."),
            RotatorField("host", isRequired: true, "Name or address of the server."),
            RotatorField("port", isRequired: false, "\(kind.port) by default."),
            RotatorField("username", isRequired: true, "The user."),
            RotatorField("password", isRequired: true, "Its password; rotated."),
            RotatorField(
                "ssl", isRequired: false,
                "true: verified TLS. false: clear text. Absent: verified TLS, on loopback clear text if there is none."),
        ]
        if kind.engines.first != "redis" {
            fields.append(
                RotatorField("dbname", isRequired: false, "The database; needed to log in where there is no default."))
        }
        fields.append(
            RotatorField(
                "masterarn", isRequired: needsMaster,
                needsMaster
                    ? "ARN of the secret of a user on the same host who may create users and grant."
                    : kind.engines.first == "redis"
                        ? "ARN of the secret of a user on the same host who may ACL SETUSER, GETUSER and SAVE."
                        : "Not used."))
        return fields.filter { $0.name != "masterarn" || needsMaster || kind.engines.first == "redis" }
    }
}
