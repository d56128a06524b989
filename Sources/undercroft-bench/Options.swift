/// `VERB --name value … --flag …`, by hand: a parser's start-up is longer than a short run.
struct Options {
    let verb: String
    private var values: [String: String] = [:]

    private static let flags: Set<String> = ["fresh", "hold", "form"]
    private static let named: Set<String> = [
        "connect", "credentials", "service", "region", "target", "body", "expect", "distinct", "connections", "seconds",
        "warmup", "requests", "pid", "folder", "database",
    ]

    init(_ arguments: ArraySlice<String>) throws(Trouble) {
        guard let verb = arguments.first else { throw Trouble(Bench.usage) }
        self.verb = verb
        var rest = arguments.dropFirst()
        while let argument = rest.popFirst() {
            let name = String(argument.dropFirst(2))
            if Self.flags.contains(name) {
                values[name] = ""
            } else if Self.named.contains(name), let value = rest.popFirst() {
                values[name] = value
            } else {
                throw Trouble("what is \(argument)?\n\(Bench.usage)")
            }
        }
    }

    func has(_ name: String) -> Bool { values[name] != nil }

    func text(_ name: String) -> String? { values[name] }

    func required(_ name: String) throws(Trouble) -> String {
        guard let value = values[name] else { throw Trouble("--\(name) is needed\n\(Bench.usage)") }
        return value
    }

    func number(_ name: String) throws(Trouble) -> Int? {
        guard let value = values[name] else { return nil }
        guard let number = Int(value), number >= 0 else { throw Trouble("--\(name) must be a whole number") }
        return number
    }

    /// Seconds with decimals, in nanoseconds.
    func duration(_ name: String) throws(Trouble) -> UInt64? {
        guard let value = values[name] else { return nil }
        guard let seconds = Double(value), seconds >= 0 else { throw Trouble("--\(name) must be seconds") }
        return UInt64(seconds * 1e9)
    }
}
