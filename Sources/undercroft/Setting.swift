import Bytes

/// Everything that can be configured, with the defaults.
struct Settings: Sendable {
    var data = "./data"
    var host = "127.0.0.1"
    var port = 8333
    var account = "000000000001"
    /// libpq connection string; `nil` is the embedded store.
    var store: String?
    var tlsCertificate: String?
    var tlsKey: String?
    /// Authorities beside the system's that identity providers' certificates may come from.
    var providerAuthorities: String?
    var keyFile: String?
    var passphraseFile: String?
    /// Empty: every syntactically valid Region.
    var regions: [Text] = []
    var enforcesQuotas = true
    var quotas: [Text: Int] = [:]
    var cacheMegabytes = 32
    var isTrailSynced = true
    var trailSegmentMegabytes = 64
    var loops = 1
    var maxConnections = 10_000
    var storeConnections = 8
    var isolatesFunctions = true
    /// Authorities that functions trust; `nil` for the system's.
    var functionsAuthorities: String?
    /// Where Python's packages for functions are; `nil` for a folder below the data's.
    var functionsPackages: String?
    var functionsEnvironments = 32
    /// Where events of the service's own doing are sent; `nil`: nowhere.
    var eventsURL: String?
}

/// One setting by name, whichever source it comes from: a flag, `UNDERCROFT_…` in the environment, or the file.
struct Setting: Sendable {
    let name: String
    let apply: @Sendable (inout Settings, String) throws(Mistake) -> Void

    struct Mistake: Error, Equatable { let reason: String }

    static let all: [Setting] = [
        Setting(name: "data") { $0.data = $1 },
        Setting(name: "listen") { settings, value throws(Mistake) in
            let address = try address(value)
            (settings.host, settings.port) = address
        },
        Setting(name: "account") { settings, value throws(Mistake) in
            guard AccountID(Text(value)) != nil else { throw Mistake(reason: "an account is twelve digits") }
            settings.account = value
        },
        Setting(name: "store") { settings, value throws(Mistake) in
            guard value == "sqlite" || value.contains("=") || value.hasPrefix("postgres") else {
                throw Mistake(reason: "a store is 'sqlite' or a PostgreSQL connection string (postgres://…)")
            }
            settings.store = value == "sqlite" ? nil : value
        },
        Setting(name: "tls-cert") { $0.tlsCertificate = $1 },
        Setting(name: "tls-key") { $0.tlsKey = $1 },
        Setting(name: "provider-ca") { $0.providerAuthorities = $1 },
        Setting(name: "key-file") { $0.keyFile = $1 },
        Setting(name: "passphrase-file") { $0.passphraseFile = $1 },
        Setting(name: "regions") { settings, value throws(Mistake) in
            let regions = value.split(separator: ",").map { Text($0.filter { $0 != " " }) }
            guard regions.allSatisfy({ $0.utf8.contains(0x2D) }) else {
                throw Mistake(reason: "regions are names such as us-west-2, separated by commas")
            }
            settings.regions = regions
        },
        Setting(name: "events-url") { settings, value throws(Mistake) in
            guard value.hasPrefix("http://") || value.hasPrefix("https://"), value.count < 2048 else {
                throw Mistake(reason: "an address begins with https:// or http://")
            }
            settings.eventsURL = value
        },
        Setting(name: "quotas") { settings, value throws(Mistake) in settings.enforcesQuotas = try onOff(value) },
        Setting(name: "cache-megabytes") { settings, value throws(Mistake) in
            settings.cacheMegabytes = try number(value, 1...65_536)
        },
        Setting(name: "trail-sync") { settings, value throws(Mistake) in settings.isTrailSynced = try onOff(value) },
        Setting(name: "trail-segment-megabytes") { settings, value throws(Mistake) in
            settings.trailSegmentMegabytes = try number(value, 1...1024)
        },
        Setting(name: "loops") { settings, value throws(Mistake) in settings.loops = try number(value, 1...256) },
        Setting(name: "max-connections") { settings, value throws(Mistake) in
            settings.maxConnections = try number(value, 1...1_000_000)
        },
        Setting(name: "store-connections") { settings, value throws(Mistake) in
            settings.storeConnections = try number(value, 1...1000)
        },
        Setting(name: "functions-isolation") { settings, value throws(Mistake) in
            guard value == "bubblewrap" || value == "none" else {
                throw Mistake(
                    reason: "functions are isolated by 'bubblewrap', or run as the server's own user by 'none'")
            }
            settings.isolatesFunctions = value == "bubblewrap"
        },
        Setting(name: "functions-ca") { $0.functionsAuthorities = $1 },
        Setting(name: "functions-packages") { $0.functionsPackages = $1 },
        Setting(name: "functions-environments") { settings, value throws(Mistake) in
            settings.functionsEnvironments = try number(value, 1...1000)
        },
    ]

    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    /// `quota.GROUP` sets one group's rate; everything else is in the table.
    static func apply(_ name: String, _ value: String, to settings: inout Settings) throws(Mistake) {
        if name.hasPrefix("quota.") {
            settings.quotas[Text(String(name.dropFirst(6)))] = try number(value, 0...10_000_000)
            return
        }
        guard let setting = byName[name] else {
            throw Mistake(
                reason:
                    "there is no setting '\(name)'; known are \(all.map(\.name).joined(separator: ", ")) and quota.GROUP"
            )
        }
        try setting.apply(&settings, value)
    }

    /// `HOST:PORT`, `[V6]:PORT` or `:PORT`.
    private static func address(_ value: String) throws(Mistake) -> (String, Int) {
        guard let colon = value.lastIndex(of: ":"), let port = Int(value[value.index(after: colon)...]),
            (0...65_535).contains(port)
        else { throw Mistake(reason: "an address is HOST:PORT, for example 127.0.0.1:8333; port 0 picks a free one") }
        var host = String(value[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        return (host.isEmpty ? "0.0.0.0" : host, port)
    }

    private static func number(_ value: String, _ range: ClosedRange<Int>) throws(Mistake) -> Int {
        guard value.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let number = Int(value), range.contains(number)
        else {
            throw Mistake(reason: "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private static func onOff(_ value: String) throws(Mistake) -> Bool {
        switch value {
        case "on", "true": return true
        case "off", "false": return false
        default: throw Mistake(reason: "must be on or off")
        }
    }
}
