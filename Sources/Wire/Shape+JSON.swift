import Bytes

extension Structure {
    func read(json fields: Fields, isSensitive: Bool) throws(Fault) -> Fields {
        var read = Fields()
        read.members.reserveCapacity(fields.members.count)
        let all = members.span
        for index in all.indices {
            guard let value = fields[all[index].name] else { continue }
            let isSensitive = isSensitive || all[index].isSensitive
            read.add(all[index].name, try all[index].shape.read(json: value, isSensitive: isSensitive))
        }
        return read
    }
}

extension Shape {
    fileprivate func read(json value: Document, isSensitive: Bool) throws(Fault) -> Document {
        switch (self, value) {
        case (.string, .string(let text)): return text.document(isSensitive: isSensitive)
        case (.integer, .integer): return value
        case (.integer, .number(let number)): return try Self.integral(number)
        case (.double, .number): return value
        case (.double, .integer(let number)): return .number(Double(number))
        case (.boolean, .bool): return value
        case (.timestamp, .integer(let seconds)): return try Self.time(Double(seconds))
        case (.timestamp, .number(let seconds)): return try Self.time(seconds)
        case (.blob, .string(let text)): return try text.blob(isSensitive: isSensitive)
        case (.list(let element, _), .list(let items)):
            var read: [Document] = []
            read.reserveCapacity(items.count)
            for item in items {
                // A null element keeps its place: the constraint check names it.
                if case .null = item {
                    read.append(.null)
                } else {
                    read.append(try element.read(json: item, isSensitive: isSensitive))
                }
            }
            return .list(read)
        case (.map(_, let element, _), .structure(let entries)):
            var read = Fields()
            for entry in entries.members {
                if case .null = entry.value { continue }
                read.add(entry.name, try element.read(json: entry.value, isSensitive: isSensitive))
            }
            return .structure(read)
        case (.structure(let structure), .structure(let fields)):
            return .structure(try structure.read(json: fields, isSensitive: isSensitive))
        default: throw .serialization
        }
    }

    /// 3.0 is an integer, 3.5 is not. Beyond 2⁵³ a JSON number no longer says which integer was meant.
    private static func integral(_ number: Double) throws(Fault) -> Document {
        guard number == number.rounded(.towardZero), abs(number) <= 9_007_199_254_740_992 else { throw .serialization }
        return .integer(Int64(number))
    }

    /// Seconds, up to the end of the year 9999 either side of 1970, to the nearest millisecond.
    private static func time(_ seconds: Double) throws(Fault) -> Document {
        guard abs(seconds) < 253_402_300_800 else { throw .serialization }
        return .timestamp(Timestamp(milliseconds: Int64((seconds * 1000).rounded())))
    }
}

extension Text {
    func document(isSensitive: Bool) -> Document {
        isSensitive ? .secret(SensitiveBytes(bytes, isText: true)) : .string(self)
    }

    func blob(isSensitive: Bool) throws(Fault) -> Document {
        guard let data = Base64.decode(utf8) else { throw .serialization }
        return isSensitive ? .secret(SensitiveBytes(data, isText: false)) : .blob(data)
    }
}
