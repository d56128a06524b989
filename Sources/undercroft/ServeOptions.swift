import ArgumentParser
import Bytes
import Foundation

/// The flags of `serve`. Each has the name of its setting.
struct ServeOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Folder with the whole state. Made if absent.", valueName: "dir"))
    var data: String?
    @Option(
        help: ArgumentHelp(
            "Address to listen on (default 127.0.0.1:8333). Port 0 picks a free one.", valueName: "host:port"))
    var listen: String?
    @Option(
        help: ArgumentHelp("YAML file with settings; flags and UNDERCROFT_… variables go before it.", valueName: "file")
    )
    var config: String?
    @Option(help: ArgumentHelp("Account made on the first start (default 000000000001).", valueName: "id"))
    var account: String?
    @Option(
        help: ArgumentHelp("PostgreSQL connection string instead of the embedded store.", valueName: "postgres://…"))
    var store: String?
    @Option(
        name: .customLong("tls-cert"),
        help: ArgumentHelp("PEM certificate chain: serve TLS. Read again on SIGHUP.", valueName: "file"))
    var tlsCert: String?
    @Option(name: .customLong("tls-key"), help: ArgumentHelp("PEM private key of the certificate.", valueName: "file"))
    var tlsKey: String?
    @Option(
        name: .customLong("provider-ca"),
        help: ArgumentHelp(
            "PEM file of authorities, beside the system's, that identity providers (OpenID Connect) may have their certificates from.",
            valueName: "file"))
    var providerCA: String?
    @Option(
        name: .customLong("key-file"),
        help: ArgumentHelp(
            "Key file that seals the root key (default DIR/seal.key; better on another disk).", valueName: "file"))
    var keyFile: String?
    @Option(
        name: .customLong("passphrase-file"),
        help: ArgumentHelp("Seal with the passphrase in this file instead of a key file.", valueName: "file"))
    var passphraseFile: String?
    @Option(help: ArgumentHelp("Serve only these Regions, separated by commas (default: any).", valueName: "names"))
    var regions: String?
    @Option(help: ArgumentHelp("AWS's request quotas: on (default) or off.", valueName: "on|off"))
    var quotas: String?
    @Option(
        name: .customLong("cache-megabytes"), help: ArgumentHelp("Bound of the row cache (default 32).", valueName: "n")
    )
    var cacheMegabytes: String?
    @Option(
        name: .customLong("trail-sync"),
        help: ArgumentHelp("off: answer before records are on the disk. Only for measuring.", valueName: "on|off"))
    var trailSync: String?
    @Option(
        name: .customLong("trail-segment-megabytes"),
        help: ArgumentHelp("Size at which a trail segment is closed (default 64).", valueName: "n"))
    var trailSegmentMegabytes: String?
    @Option(help: ArgumentHelp("Event loop threads (default: cores less one).", valueName: "n"))
    var loops: String?
    @Option(
        name: .customLong("max-connections"), help: ArgumentHelp("Clients at once (default 10000).", valueName: "n"))
    var maxConnections: String?
    @Option(
        name: .customLong("store-connections"),
        help: ArgumentHelp("Connections to PostgreSQL (default 8).", valueName: "n"))
    var storeConnections: String?
    @Option(
        name: .customLong("functions-isolation"),
        help: ArgumentHelp("bubblewrap (default), or none: as the server's own user.", valueName: "means"))
    var functionsIsolation: String?
    @Option(
        name: .customLong("functions-ca"),
        help: ArgumentHelp("Certificates that functions trust instead of the system's (PEM).", valueName: "file"))
    var functionsCA: String?
    @Option(
        name: .customLong("functions-packages"),
        help: ArgumentHelp(
            "Where boto3 for functions is, or is put (default: in the data folder).", valueName: "folder")
    )
    var functionsPackages: String?
    @Option(
        name: .customLong("functions-environments"),
        help: ArgumentHelp("Environments of functions at once (default 32).", valueName: "n"))
    var functionsEnvironments: String?

    @Option(
        name: .customLong("events-url"),
        help: ArgumentHelp(
            "POST what the service does by itself (RotationFailed and the like) to this address, as EventBridge would.",
            valueName: "url"))
    var eventsURL: String?

    private var flags: [(String, String?)] {
        [
            ("data", data), ("listen", listen), ("account", account), ("store", store), ("tls-cert", tlsCert),
            ("provider-ca", providerCA),
            ("tls-key", tlsKey), ("key-file", keyFile), ("passphrase-file", passphraseFile), ("regions", regions),
            ("quotas", quotas), ("cache-megabytes", cacheMegabytes), ("trail-sync", trailSync),
            ("trail-segment-megabytes", trailSegmentMegabytes), ("loops", loops), ("max-connections", maxConnections),
            ("store-connections", storeConnections), ("functions-isolation", functionsIsolation),
            ("functions-ca", functionsCA), ("functions-packages", functionsPackages),
            ("functions-environments", functionsEnvironments), ("events-url", eventsURL),
        ]
    }

    /// Flags before environment before file before defaults. Every mistake is named, not only the first.
    func settings() throws -> Settings {
        var settings = Settings()
        settings.loops = max(1, ProcessInfo.processInfo.activeProcessorCount - 1)
        var mistakes: [String] = []
        let environment = ProcessInfo.processInfo.environment
        if let path = config ?? environment["UNDERCROFT_CONFIG"] {
            var file = try Self.read(path)
            file.apply(to: &settings)
            mistakes += file.mistakes.map(\.description)
        }
        for setting in Setting.all {
            let variable = Self.variable(setting.name)
            guard let value = environment[variable] else { continue }
            do { try setting.apply(&settings, value) } catch { mistakes.append("\(variable): \(error.reason)") }
        }
        for (name, value) in flags {
            guard let value else { continue }
            do { try Setting.apply(name, value, to: &settings) } catch { mistakes.append("--\(name): \(error.reason)") }
        }
        if (settings.tlsCertificate == nil) != (settings.tlsKey == nil) {
            mistakes.append("tls-cert and tls-key: one needs the other")
        }
        guard mistakes.isEmpty else { throw ValidationError(mistakes.joined(separator: "\n")) }
        return settings
    }

    static func variable(_ name: String) -> String {
        "UNDERCROFT_" + String(name.map { $0 == "-" ? "_" : Character($0.uppercased()) })
    }

    static func read(_ path: String) throws -> ConfigurationFile {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ValidationError(
                "The configuration file \(path) can't be read. Check that it exists and who may read it.")
        }
        return ConfigurationFile(path: path, text: String(decoding: data, as: UTF8.self))
    }
}

struct Config: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Work with configuration files.",
        subcommands: [Check.self]
    )

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read a configuration file and name each mistake with its line.",
            discussion: "Exit status 0 if the file is right, 1 if not."
        )

        @Argument(help: ArgumentHelp("The YAML file.", valueName: "file"))
        var file: String

        func run() throws {
            var settings = Settings()
            var read = try ServeOptions.read(file)
            read.apply(to: &settings)
            guard read.mistakes.isEmpty else {
                for mistake in read.mistakes { print(mistake) }
                throw ExitCode.failure
            }
            print("\(file): \(read.entries.count) settings, no mistakes")
        }
    }
}
