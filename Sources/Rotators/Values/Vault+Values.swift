internal import Bytes
internal import Seal
internal import Services

extension RotationVault {
    func required(_ stage: Stage) async throws(RotationFailure) -> SecretBytes {
        guard let value = try await value(stage: stage.rawValue) else {
            throw RotationFailure("InvalidSecret", "The secret has no value with the label \(stage.rawValue).")
        }
        return value
    }

    func login(_ stage: Stage, for kind: ServerKind) async throws(RotationFailure) -> Login {
        try Login(try await required(stage), stage, for: kind)
    }

    /// The value before; of no use, and no obstacle, if it is something else than a login for this server.
    func previousLogin(for kind: ServerKind) async throws(RotationFailure) -> Login? {
        guard let value = try await value(stage: Stage.previous.rawValue) else { return nil }
        return try? Login(value, .previous, for: kind)
    }

    /// The master user that `login` names; for the same host, or the login would decide where another's secret has power.
    func master(of login: Login, for kind: ServerKind) async throws(RotationFailure) -> Login {
        guard let arn = login.masterARN else {
            throw RotationFailure(
                "InvalidSecret",
                "The \(login.stage.words) value of the secret has no \"masterarn\": the ARN of the secret of a user who may create users on \(login.host)."
            )
        }
        let master = try Login(try await value(of: arn), .master, for: kind)
        try master.mustServe(login)
        return master
    }
}

extension Login {
    /// As the master user of `login`.
    func mustServe(_ login: Login) throws(RotationFailure) {
        guard Host.isSame(host, login.host) else {
            throw RotationFailure(
                "HostMismatch",
                "The secret is for the host \(login.host), its master user's secret for \(host). Name a master user of the same host in \"masterarn\", with the host spelled the same."
            )
        }
    }

    /// A pending value that somebody else has written must not send the new password elsewhere, nor change another's.
    func mustBe(_ username: Text, at other: Login) throws(RotationFailure) {
        guard Host.isSame(host, other.host), port == other.port else {
            throw RotationFailure(
                "HostMismatch",
                "The \(stage.words) value is for \(host):\(port), the \(other.stage.words) one for \(other.host):\(other.port). Take the label AWSPENDING off and rotate again."
            )
        }
        guard self.username == username else {
            throw RotationFailure(
                "UserMismatch",
                "The \(stage.words) value is for the user \(Shown.text(self.username)), not for \(Shown.text(username)). Take the label AWSPENDING off and rotate again."
            )
        }
    }
}

enum Shown {
    /// A name from a secret, quoted, short and on one line.
    static func text(_ text: Text, limit: Int = 80) -> String {
        let plain = text.string.unicodeScalars.map { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: Unicode.Scalar("?")
            default: scalar
            }
        }
        let short = plain.prefix(limit)
        return "\"" + String(String.UnicodeScalarView(short)) + (short.count < plain.count ? "…\"" : "\"")
    }
}
