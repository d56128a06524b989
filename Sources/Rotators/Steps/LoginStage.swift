internal import Bytes
internal import Seal
internal import Services

/// A stage whose values are logins of one kind of server.
protocol LoginStage: RehearsalStage {
    var kind: ServerKind { get }
}

extension LoginStage {
    func fits(_ value: SecretBytes) -> Bool { (try? Login(value, .current, for: kind)) != nil }

    func admin(of value: SecretBytes) -> Text? { try? Login(value, .current, for: kind).masterARN }

    func cast(
        _ value: SecretBytes, as username: Text, _ password: SecretBytes
    ) throws(RotationFailure) -> SecretBytes {
        var document = try SecretDocument(value, .current)
        try document.replace("username", username)
        try document.replace("password", password)
        return document.encoded
    }
}

extension Login {
    /// - Parameter value: of the secret that the rehearsal was given as its admin's.
    init(admin value: SecretBytes?, of login: Login, for kind: ServerKind) throws(RotationFailure) {
        guard let value else {
            throw RotationFailure("InvalidSecret", "Nobody is named who may make users on \(login.host).")
        }
        self = try Login(value, .master, for: kind)
        try mustServe(login)
    }
}
