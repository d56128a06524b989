package import Bytes

extension PolicyDocument {
    /// The condition keys that decide with it, in conditions and in variables, as written; each once without regard to case.
    package var askedKeys: [Text] {
        var (keys, seen): ([Text], Set<Text>) = ([], [])
        for statement in statements {
            var names = statement.conditions.map(\.key)
            if version == "2012-10-17" {
                for text in statement.resources + statement.conditions.flatMap(\.values) {
                    names += PolicyDocument.variables(in: text)
                }
            }
            for name in names where seen.insert(name.asciiLowercased).inserted { keys.append(name) }
        }
        return keys
    }

    /// `${name}` and `${name, 'fallback'}`, but not the escapes of single characters.
    private static func variables(in text: Text) -> [Text] {
        var names: [Text] = []
        let bytes = text.bytes
        var index = 0
        while index + 1 < bytes.count {
            guard bytes[index] == 0x24, bytes[index + 1] == 0x7B,
                let end = bytes[index...].firstIndex(of: 0x7D)
            else {
                index += 1
                continue
            }
            let inside = bytes[(index + 2)..<end].prefix { $0 != 0x2C && $0 != 0x20 }
            if inside.contains(0x3A) { names.append(Text(decoding: inside)) }
            index = end + 1
        }
        return names
    }
}
