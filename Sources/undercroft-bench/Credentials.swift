/// One access key.
struct Credentials {
    let accessKeyID: String
    let secret: [UInt8]

    /// Those of all profiles of an AWS shared-credentials file, in its order: `undercroft serve` writes one.
    static func all(in file: String) throws(Trouble) -> [Credentials] {
        var found: [Credentials] = []
        var id: String?
        for line in String(decoding: try File.read(file), as: UTF8.self).split(separator: "\n") {
            let parts = line.split(separator: "=", maxSplits: 1).map { trimmed($0) }
            guard parts.count == 2 else { continue }
            switch parts[0] {
            case "aws_access_key_id": id = parts[1]
            case "aws_secret_access_key":
                guard let id else { throw Trouble("\(file) has a secret before its access key id") }
                found.append(Credentials(accessKeyID: id, secret: Array(parts[1].utf8)))
            default: continue
            }
        }
        guard !found.isEmpty else { throw Trouble("\(file) has no access key") }
        return found
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
