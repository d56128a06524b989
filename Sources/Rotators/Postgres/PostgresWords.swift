internal import CLibPQ

/// What went wrong, without the server's own words.
enum PostgresWords {
    /// - Parameter phase: how far the connection had come.
    static func refusal(_ message: String, _ phase: ConnStatusType) -> Refusal {
        let lines = message.split(whereSeparator: \.isNewline)
        if let code = lines.last?.suffix(5), code.utf8.count == 5, code.utf8.allSatisfy(isOfCode),
            lines.last?.dropLast(5).last == " "
        {
            let code = String(code)
            return code.hasPrefix("28") ? .login(words(code)) : connecting(code)
        }
        switch phase {
        case CONNECTION_SSL_STARTUP: return .unsecured(short(lines))
        case CONNECTION_AWAITING_RESPONSE, CONNECTION_AUTH_OK, CONNECTION_SETENV, CONNECTION_CHECK_TARGET:
            return .unreachable("it broke off the login")
        default: return .unreachable(short(lines))
        }
    }

    static func refusal(code: String?) -> Refusal {
        guard let code else { return .unreachable("the connection broke") }
        return code.hasPrefix("08") || code.hasPrefix("57P") ? .unreachable(words(code)) : .statement(words(code))
    }

    private static func connecting(_ code: String) -> Refusal {
        code.hasPrefix("3D") || code.hasPrefix("42") ? .statement(words(code)) : .unreachable(words(code))
    }

    /// libpq's own words: `connection to server at … failed: reason`.
    private static func short(_ lines: [Substring]) -> String {
        // Hints are indented.
        let line = String(lines.last { $0.first != "\t" } ?? "no reason given")
        return String((line.firstRange(of: "failed: ").map { line[$0.upperBound...] } ?? line[...]).prefix(200))
    }

    private static func isOfCode(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
    }

    private static func words(_ code: String) -> String {
        let meaning =
            switch code {
            case "28P01": "wrong password, or no such user"
            case "28000": "the user may not log in, or pg_hba.conf has no line for this way in"
            case "3D000": "there is no database of the name in \"dbname\""
            case "42501": "the user lacks the privilege"
            case "25006": "the server is a read-only standby"
            case "53300": "too many connections"
            case "57014": "it took longer than 30 seconds"
            case "57P01", "57P02": "the server is shutting down"
            case "57P03": "the server is starting up or shutting down"
            default: "the server refused"
            }
        return "\(meaning) (SQLSTATE \(code))"
    }
}
