internal import Bytes
internal import Wire

/// What a `SecretId` parameter names.
struct SecretReference: Sendable {
    /// As the caller sent it: refusals repeat it.
    let sent: Text
    let place: Place
    let name: Text
    /// The ARN's six characters; `nil` when a name or a partial ARN was given.
    let suffix: Text?
    let isARN: Bool

    private static let allowed = Pattern.each(of: "A-Za-z0-9/_+=.@!-", text: "")

    static func isValidName(_ name: Text) -> Bool { !name.isEmpty && allowed.matches(name) }

    /// AWS takes an ARN that ends in a dash and six characters for a complete one and looks no further: a secret whose own name
    /// ends so is not found by its partial ARN.
    init(_ sent: Text, from place: Place) throws(Fault) {
        self.sent = sent
        guard sent.hasPrefix("arn:") else {
            guard Self.isValidName(sent) else { throw .invalidName }
            (self.place, name, suffix, isARN) = (place, sent, nil, false)
            return
        }
        guard let arn = ARN(sent), arn.service == "secretsmanager", let account = AccountID(arn.account),
            arn.resource.hasPrefix("secret:")
        else { throw .invalidName }
        let tail = Text(String(Substring(arn.resource.string.utf8.dropFirst(7))))
        guard Self.isValidName(tail) else { throw .invalidName }
        self.place = Place(account: account, region: arn.region)
        isARN = true
        let bytes = Array(tail.utf8)
        if bytes.count > 7, bytes[bytes.count - 7] == 0x2D, bytes.suffix(6).allSatisfy(Self.isSuffixCharacter) {
            name = Text(String(decoding: bytes.dropLast(7), as: UTF8.self))
            suffix = Text(String(decoding: bytes.suffix(6), as: UTF8.self))
        } else {
            name = tail
            suffix = nil
        }
    }

    private static func isSuffixCharacter(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }

    static let suffixAlphabet: [UInt8] = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
}
