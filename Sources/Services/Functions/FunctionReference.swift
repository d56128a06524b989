internal import Bytes
internal import Store
internal import Wire

/// A function as callers name it: by name, by a part of its ARN or the whole, with a version or alias behind it or not.
struct FunctionReference: Sendable, Equatable {
    let place: Place
    let name: Text
    /// A version's number, `$LATEST`, or an alias.
    let qualifier: Text?

    private static let letters: CharacterClass = "a-zA-Z0-9_-"

    static let pattern = Pattern(
        "(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_\\.]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?"
    ) { parts(of: $0) != nil }

    private struct Parts {
        var region: Text?
        var account: AccountID?
        var name: Text
        var qualifier: Text?
    }

    private static func parts(of text: Text) -> Parts? {
        var rest = text.split(on: 0x3A)[...]
        if rest.first == "arn" {
            guard rest.count >= 7, rest[1].hasPrefix("aws"), rest[2] == "lambda", rest[5] == "function",
                !rest[3].isEmpty, let account = AccountID(rest[4])
            else { return nil }
            let region = rest[3]
            rest = rest.dropFirst(6)
            return named(rest, region, account)
        }
        var region: Text?
        if rest.count > 1, let first = rest.first, isRegion(first) { region = rest.removeFirst() }
        var account: AccountID?
        if rest.count > 1, let first = rest.first, let id = AccountID(first) {
            account = id
            rest.removeFirst()
        }
        if rest.count > 1, rest.first == "function" { rest.removeFirst() }
        return named(rest, region, account)
    }

    private static func named(_ rest: ArraySlice<Text>, _ region: Text?, _ account: AccountID?) -> Parts? {
        guard let name = rest.first, isName(name), rest.count <= 2 else { return nil }
        let qualifier = rest.count == 2 ? rest.last : nil
        if let qualifier, qualifier != "$LATEST", !isName(qualifier) { return nil }
        return Parts(region: region, account: account, name: name, qualifier: qualifier)
    }

    private static func isName(_ text: Text) -> Bool {
        !text.isEmpty && text.string.unicodeScalars.allSatisfy(letters.contains)
    }

    /// `us-west-2`, `us-gov-east-1`.
    private static func isRegion(_ text: Text) -> Bool {
        let parts = text.split(on: 0x2D)
        guard (3...4).contains(parts.count), parts[0].utf8.count == 2, let last = parts.last, last.utf8.count == 1,
            last.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 })
        else { return false }
        return parts.dropLast().allSatisfy { part in
            !part.isEmpty && part.utf8.allSatisfy { $0 >= 0x61 && $0 <= 0x7A }
        }
    }

    /// - Parameter qualifier: from beside the name; both may say the same.
    init(_ text: Text, _ qualifier: Text?, from place: Place) throws(Fault) {
        guard let parts = Self.parts(of: text) else { throw .invalidValue("Invalid function name: \(text)") }
        if let own = parts.qualifier, let qualifier, own != qualifier {
            throw .invalidValue("The derived qualifier from the function name does not match the specified qualifier.")
        }
        guard parts.region == nil || parts.region == place.region else {
            throw Fault(
                "ResourceNotFoundException",
                "Functions from '\(parts.region ?? "")' are not reachable in this region ('\(place.region)')",
                status: 404)
        }
        self.place = Place(account: parts.account ?? place.account, region: place.region)
        name = parts.name
        self.qualifier = parts.qualifier ?? qualifier
    }

    init(place: Place, name: Text, qualifier: Text? = nil) {
        (self.place, self.name, self.qualifier) = (place, name, qualifier)
    }

    /// Without a qualifier.
    var arn: Text { "arn:aws:lambda:\(place.region):\(place.account):function:\(name)" }
    /// As it was asked for.
    var qualifiedARN: Text { qualifier.map { "\(arn):\($0)" } ?? arn }

    var key: ItemKey { ItemKey(place: place, kind: FunctionRows.function, id: name) }
    func versionKey(_ number: Int64) -> ItemKey {
        ItemKey(place: place, kind: FunctionRows.version, id: "\(name):\(Text(number, digits: 10))")
    }
    func aliasKey(_ alias: Text) -> ItemKey {
        ItemKey(place: place, kind: FunctionRows.alias, id: "\(name):\(alias)")
    }

    /// The number that a version's qualifier is; `nil` for `$LATEST` and aliases, which have a letter in them.
    static func number(_ qualifier: Text) -> Int64? {
        guard qualifier.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let number = Int64(qualifier.string) else {
            return nil
        }
        return number
    }
}

extension FunctionReference {
    var isLatest: Bool { qualifier == nil || qualifier == "$LATEST" }
}

enum FunctionRows {
    static let function: Text = "function"
    static let version: Text = "function-version"
    static let alias: Text = "function-alias"
    static let code: Text = "function-code"
    static let event: Text = "function-event"
}
