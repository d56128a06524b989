import Bytes
import Runtimes
import Services
import Synchronization

/// The runner of functions, and the URL that they find the server at once it serves.
final class FunctionHost: Sendable {
    private final class Address: Sendable {
        let url = Mutex<Text>("")
    }

    let runner: Runner
    private let address: Address

    init(_ settings: Settings, clock: Clock, chance: Chance, log: Log) async throws {
        var options = Options()
        options.isolation = settings.isolatesFunctions ? .bubblewrap : .none
        options.certificates = settings.functionsAuthorities
        options.libraries = settings.functionsPackages
        options.environments = settings.functionsEnvironments
        let address = Address()
        self.address = address
        runner = try await Runner.start(
            folder: "\(settings.data)/functions", endpoint: { address.url.withLock { $0 } }, options: options,
            clock: clock, chance: chance, log: log)
        if !settings.isolatesFunctions {
            log.warning("functions-isolation is none: functions see what the server sees")
        }
    }

    /// An address that stands for all is reached on the loopback interface.
    func serve(isTLS: Bool, host: String, port: Int) {
        let reached =
            switch host {
            case "0.0.0.0": "127.0.0.1"
            case "::": "[::1]"
            default: host.contains(":") ? "[\(host)]" : host
            }
        address.url.withLock { $0 = Text("\(isTLS ? "https" : "http")://\(reached):\(port)") }
    }
}
