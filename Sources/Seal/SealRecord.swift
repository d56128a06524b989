internal import Bytes
internal import Primitives

/// The content of the seal file: how the root key was sealed, and the sealed key.
///
/// ```
/// {"format": 1, "about": "...", "store": "<32 hex>", "method": "keyFile", "keyFile": "/path", "rootKey": "<base64>"}
/// {"format": 1, "about": "...", "store": "<32 hex>", "method": "passphrase",
///  "scrypt": {"n": 131072, "r": 8, "p": 1, "salt": "<32 hex>"}, "rootKey": "<base64>"}
/// ```
struct SealRecord {
    static let newestFormat: Int64 = 1

    enum Opener {
        /// Where the key file was when the seal was made. It may move: the path is a hint, not bound to the seal.
        case keyFile(hint: Text)
        case passphrase(ScryptCost)
    }

    /// Random, so that two stores under one key file don't accept each other's root key.
    let store: Text
    let opener: Opener

    /// What the sealed root key is bound to.
    var binding: Binding {
        switch opener {
        case .keyFile: Binding("root key", [store, "keyFile"])
        case .passphrase(let cost):
            Binding("root key", [store, "passphrase", "\(cost.n)", "\(cost.r)", "\(cost.p)", Hex.encode(cost.salt)])
        }
    }

    func json(_ rootKey: Sealed) -> [UInt8] {
        var fields: Fields = [
            "format": .integer(SealRecord.newestFormat),
            "about": .string("The sealed root key. Whoever loses this file, or what opens it, loses every secret."),
            "store": .string(store),
        ]
        switch opener {
        case .keyFile(let hint):
            fields.add("method", .string("keyFile"))
            fields.add("keyFile", hint)
        case .passphrase(let cost):
            fields.add("method", .string("passphrase"))
            fields.add("scrypt", .structure(cost.fields))
        }
        fields.add("rootKey", Base64.encode(rootKey.bytes))
        var out = ByteBuilder(capacity: 512)
        out.append(json: fields)
        out.append(byte: 0x0A)
        return out.bytes
    }

    static func parse(_ bytes: [UInt8], path: String) throws(SealFlaw) -> (record: SealRecord, rootKey: Sealed) {
        func damaged(_ what: String) -> SealFlaw {
            SealFlaw(.damaged, "the seal file \(path) is damaged (\(what)): put it back from a backup")
        }
        let document: Document
        do {
            document = try JSON.parse(bytes, limits: JSON.Limits(depth: 4, values: 64))
        } catch {
            throw damaged("at byte \(error.offset), \(error.reason)")
        }
        guard case .structure(let fields) = document else { throw damaged("not a JSON object") }
        guard let format = fields.integer("format"), format >= 1 else { throw damaged("no format number") }
        guard format <= newestFormat else {
            throw SealFlaw(
                .tooNew,
                "the seal file \(path) was written by a newer undercroft (format \(format), this one knows"
                    + " \(newestFormat)): start that version")
        }
        guard let store = fields.text("store"), Hex.decode(store.utf8)?.count == 16 else {
            throw damaged("no store id")
        }
        guard let rootKey = fields.text("rootKey").flatMap({ Base64.decode($0.utf8) }) else {
            throw damaged("no root key")
        }
        guard let opener = try opener(fields, path: path) else { throw damaged("no known method") }
        return (SealRecord(store: store, opener: opener), Sealed(stored: rootKey))
    }

    private static func opener(_ fields: Fields, path: String) throws(SealFlaw) -> Opener? {
        switch fields.text("method") {
        case "keyFile": return fields.text("keyFile").map { .keyFile(hint: $0) }
        case "passphrase":
            guard let cost = fields.fields("scrypt").flatMap({ ScryptCost($0) }) else { return nil }
            guard cost.isAcceptable else {
                throw SealFlaw(
                    .unacceptable,
                    "the seal file \(path) asks for a scrypt cost that this program refuses: put it back from a backup")
            }
            return .passphrase(cost)
        default: return nil
        }
    }
}
