/// What went wrong, without the server's own words, which quote statements.
enum MySQLWords {
    static func refusal(_ code: UInt32) -> Refusal {
        // Said of logins, and of rights and roles that may not be granted.
        if [1044, 1045, 1698].contains(code) { return .statement(words(1227)) }
        return (2000..<3000).contains(code) ? .unreachable(words(code)) : .statement(words(code))
    }

    /// - Parameter text: libmariadb's own words are kept, those of servers are not.
    static func refusalOfConnecting(_ code: UInt32, _ text: String) -> Refusal {
        switch code {
        case 1045, 1130, 1251, 1275, 1524, 1698, 1862, 2059, 3118, 4151: .login(words(code))
        case 2026: .unsecured(short(text))
        case 2002, 2003: .unreachable("nothing listens there, or nothing answered within 5 seconds")
        case 1044, 1049, 1820: .statement(words(code))
        case 2005: .unreachable(short(text))
        default: .unreachable(words(code))
        }
    }

    private static func short(_ text: String) -> String {
        String((text.split(whereSeparator: \.isNewline).first ?? "no reason given").prefix(200))
    }

    private static func words(_ code: UInt32) -> String {
        let meaning =
            switch code {
            case 1040, 1203: "too many connections"
            case 1044: "the user may not use the database in \"dbname\""
            case 1045: "wrong password, or no such user for this host"
            case 1049: "there is no database of the name in \"dbname\""
            case 1130: "no user may log in from this host"
            case 1142, 1143, 1227, 1410, 1370: "the user lacks the privilege"
            case 1290, 1836: "the server is read-only"
            case 1396: "the server could not make or change the user"
            case 1470: "the name is too long for this server"
            case 1698, 1251, 1275, 1524, 2059: "the user logs in without a password, or in a way that is not known here"
            case 1819: "the password does not satisfy the server's policy; set the rules with the secret's tags"
            case 1820, 1862: "the password has expired"
            case 2006, 2013, 2055: "the connection broke, or no answer came within 30 seconds"
            case 3118, 4151: "the user is locked"
            case 3159: "the server wants TLS"
            default: "the server refused"
            }
        return "\(meaning) (error \(code))"
    }
}
