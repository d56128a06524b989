import ArgumentParser
import Bytes
import Foundation
import Front
import Rotators
import Runtimes
import Seal
import Services
import Store

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve the AWS API.",
        discussion: """
            On an empty folder it makes the root key, one account and an administrator, writes DIR/credentials (mode 0600)
            and prints how to use it. When it can serve it prints one line:

              undercroft ready http://HOST:PORT

            SIGTERM and SIGINT finish what is under way and end with status 0. SIGHUP reads the TLS certificate again.
            Keep DIR/seal.json and the key file or passphrase: without them the data can't be opened by anyone.
            """
    )

    @OptionGroup var options: ServeOptions

    func run() async throws {
        let settings = try options.settings()
        Hygiene.harden()
        do { try await Server(settings).run() } catch {
            System.log.error(Text("can't serve: \(error)"))
            throw ExitCode.failure
        }
    }
}

/// The composition root: builds the house and keeps it running until it is told to stop.
struct Server {
    private let settings: Settings
    private let folder: DataFolder
    private let chance = System.chance()
    private let clock = System.clock
    private let log = System.log

    init(_ settings: Settings) {
        self.settings = settings
        folder = DataFolder(path: settings.data)
    }

    func run() async throws {
        // From the first moment on: a stop during the start, or right after it, is a stop like any other.
        let signals = Signals([SIGTERM, SIGINT, SIGHUP])
        try folder.prepare()
        try folder.lock()
        let root = try folder.root(settings)
        let node = try folder.node(chance)
        let store = try openStore(root, node)
        let trail = try openTrail(root, node)
        let surroundings = Surroundings.live(authorities: settings.providerAuthorities, clock: clock)
        let house = House(
            store: store,
            root: root,
            trail: trail,
            clock: clock,
            chance: chance,
            log: log,
            quotas: QuotaPolicy(isEnforced: settings.enforcesQuotas, overrides: settings.quotas),
            regions: Set(settings.regions),
            node: node,
            rotators: Rotators.all(surroundings),
            stages: Rotators.stages(surroundings),
            announce: settings.eventsURL.map { Announcer(url: $0, authorities: settings.providerAuthorities).send },
            fetch: { [authorities = settings.providerAuthorities, clock] url, thumbprints in
                try await Providers.fetch(url, authorities, thumbprints, clock)
            }
        )
        let functions = try await FunctionHost(settings, clock: clock, chance: chance, log: log)
        try await found(house)
        let gate = Gate(house: house, catalog: .all)
        let monitor = Monitoring(house: house)
        let front = try await Front.start(frontOptions, door: gate, pages: monitor.pages) { log.warning($0) }
        monitor.attach(front)
        let bound = front.boundAddress
        functions.serve(isTLS: settings.tlsCertificate != nil, host: bound.host, port: bound.port)
        house.runners.set(functions.runner)
        try announce(front)
        await work(house, gate, front, signals)
        log.info("stopping")
        await front.drain(deadline: 25)
        await functions.runner.stop()
        do { try await UseNotes(house: house).step() } catch {
            log.warning("the last uses of access keys were not written")
        }
        var drain = OutboxDrain(house: house)
        do { try await drain.step() } catch { log.warning("outbox not drained; the next start does it") }
        trail.stop()
        await store.close()
    }

    private func openStore(_ root: RootKey, _ node: Text) throws -> Store {
        var options = StoreOptions()
        options.cacheBytes = settings.cacheMegabytes << 20
        options.connections = settings.storeConnections
        options.warn = { log.warning($0) }
        options.onTampered = { log.error("store: \($0) is not what this store wrote; it is left out") }
        options.jitter = { most in most == 0 ? 0 : UInt64.random(in: 0...most) }
        guard let conninfo = settings.store else {
            return try Store.sqlite(directory: settings.data, rows: root.rows, options: options)
        }
        return try Store.postgres(conninfo, node: node, rows: root.rows, options: options)
    }

    private func openTrail(_ root: RootKey, _ node: Text) throws -> Trail {
        var options = Trail.Options()
        options.isSynced = settings.isTrailSynced
        options.segmentBytes = settings.trailSegmentMegabytes << 20
        if !options.isSynced { log.warning("trail-sync is off: answers may outrun their records. Only for measuring.") }
        return try Trail(
            folder: folder.trail, node: node, rows: root.rows, clock: clock, chance: chance, log: log, options: options
        )
    }

    private var region: Text { settings.regions.first ?? "us-west-2" }

    /// The first start makes the account and its administrator.
    private func found(_ house: House) async throws {
        guard let account = AccountID(Text(settings.account)) else { return }
        let made = try await Founding.begin(account: account, house: house) {
            try folder.writePendingCredentials($0, region: region)
        }
        if try await Founding.isFounded(house) { try folder.publishCredentials() }
        guard let made else { return }
        System.say(
            """
            A new vault in \(settings.data): account \(made.account), administrator \(made.userName).
            Keep \(folder.seal) and what opens it: without them nobody can open the data.
            """
        )
    }

    private var frontOptions: FrontOptions {
        var limits = FrontOptions.Limits()
        limits.maxConnections = settings.maxConnections
        return FrontOptions(
            host: settings.host,
            port: settings.port,
            certificatePath: settings.tlsCertificate,
            keyPath: settings.tlsKey,
            loops: settings.loops,
            limits: limits,
            clock: clock.now
        )
    }

    private func announce(_ front: Front) throws {
        let host = front.boundAddress.host
        let shown = host.contains(":") ? "[\(host)]" : host
        let url = "\(settings.tlsCertificate == nil ? "http" : "https")://\(shown):\(front.boundAddress.port)"
        try folder.writeAddress(url)
        let credentials = URL(fileURLWithPath: folder.credentials).path
        System.say(
            """
            Use it from another terminal:
              export AWS_ENDPOINT_URL=\(url) AWS_SHARED_CREDENTIALS_FILE=\(credentials) AWS_REGION=\(region)
              aws secretsmanager list-secrets
            undercroft ready \(url)
            """
        )
    }

    /// Runs the duties until a signal says stop.
    private func work(_ house: House, _ gate: Gate, _ front: Front, _ signals: Signals) async {
        let duties = Duties(house: house, pause: System.pause)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await duties.drainOutbox() }
            group.addTask { await duties.sweep() }
            group.addTask { await duties.noteUses() }
            group.addTask { await duties.forget(gate) }
            group.addTask { await RotationEngine(house: house, pause: System.pause).run() }
            group.addTask { await duties.runFunctionEvents() }
            group.addTask { await duties.announce() }
            for await signal in signals.stream {
                if signal != SIGHUP { break }
                do { try front.reloadCertificates() } catch { log.error("the TLS certificate was not reloaded") }
            }
            group.cancelAll()
        }
    }
}
