/// The `default` profile of an AWS shared-credentials file: what `undercroft serve` writes.
struct Credentials {
    let accessKeyID: String
    let secret: [UInt8]

    init(file: String) throws(Trouble) {
        var found: [String: String] = [:]
        for line in String(decoding: try File.read(file), as: UTF8.self).split(separator: "\n") {
            let parts = line.split(separator: "=", maxSplits: 1).map { Self.trimmed($0) }
            if parts.count == 2 { found[parts[0]] = parts[1] }
        }
        guard let id = found["aws_access_key_id"], let secret = found["aws_secret_access_key"] else {
            throw Trouble("\(file) has no access key")
        }
        accessKeyID = id
        self.secret = Array(secret.utf8)
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
