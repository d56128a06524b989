internal import Bytes
internal import Services

/// `app` and `app_clone`, as AWS's functions name two alternating users.
enum AlternateName {
    private static let suffix: Text = "_clone"

    static func of(_ username: Text, _ limit: NameLimit) throws(RotationFailure) -> Text {
        let bytes = username.utf8
        if bytes.count > suffix.utf8.count, bytes.suffix(suffix.utf8.count).elementsEqual(suffix.utf8) {
            return Text(decoding: ArraySlice(bytes.dropLast(suffix.utf8.count)))
        }
        let clone: Text = "\(username)\(suffix)"
        guard (limit.isInBytes ? clone.utf8.count : clone.length) <= limit.count else {
            let unit = limit.isInBytes ? "bytes" : "characters"
            throw RotationFailure(
                "InvalidSecret",
                "Unable to clone user, username length with _clone appended would exceed \(limit.count) \(unit).")
        }
        return clone
    }
}
