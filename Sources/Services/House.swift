package import Bytes
package import Seal
package import Store

/// Everything an operation may reach. Time and chance come in here, so that tests can hold them still.
package final class House: Sendable {
    package let store: Store
    package let root: RootKey
    package let trail: Trail
    package let clock: Clock
    package let chance: Chance
    package let log: Log
    package let limits: Limits
    package let admission: Admission
    package let figures: Figures
    package let handover: Handover
    package let rotationBell = RotationBell()
    /// By the keys' ARNs.
    package let keyUses = LastUses<Text, KeyUses.Use>()
    package let webKeys = WebKeys()
    /// Reads a document of an identity provider, whom authorities or one of the thumbprints vouch for.
    package let fetch: @Sendable (_ url: Text, _ thumbprints: [Text]) async throws -> [UInt8]
    /// By the access keys' ids.
    package let credentialUses = LastUses<Text, CredentialUse>()
    package let serviceUses = LastUses<ServiceUse.Key, ServiceUse>()
    /// What runs functions: known once the server has an address that they can call home to.
    package let runners = RunnerHolder()
    package let functionTraffic = FunctionTraffic()
    package var runner: any FunctionRunner { runners.current }
    /// Empty: every Region that a client names is served.
    package let regions: Set<Text>
    /// Names this process's rows in the outbox and its trail segments.
    package let node: Text
    package let rotators: [any NativeRotator]
    package let stages: [any RehearsalStage]
    package let functions: any FunctionDoor
    /// Hands an event to whom the operator named; throws if it was not taken. `nil`: nobody is named.
    package typealias Announce = @Sendable (_ envelope: [UInt8]) async throws -> Void
    package let announce: Announce?

    private struct NoNetwork: Error {}

    package init(
        store: Store,
        root: RootKey,
        trail: Trail,
        clock: Clock,
        chance: Chance,
        log: Log,
        limits: Limits = Limits(),
        quotas: QuotaPolicy = QuotaPolicy(),
        regions: Set<Text> = [],
        node: Text,
        rotators: [any NativeRotator] = [],
        stages: [any RehearsalStage] = [],
        functions: any FunctionDoor = Functions.Door(),
        announce: Announce? = nil,
        fetch: @escaping @Sendable (_ url: Text, _ thumbprints: [Text]) async throws -> [UInt8] = { _, _ in
            throw NoNetwork()
        }
    ) {
        self.store = store
        self.root = root
        self.trail = trail
        handover = Handover(trail: trail)
        store.deliver(recordsOf: node, to: handover)
        self.clock = clock
        self.chance = chance
        self.log = log
        self.limits = limits
        admission = Admission(policy: quotas, clock: clock)
        figures = Figures()
        self.regions = regions
        self.node = node
        self.rotators = rotators
        self.stages = stages
        self.functions = functions
        self.announce = announce
        self.fetch = fetch
    }
}

package struct Clock: Sendable {
    /// Wall-clock time.
    package var now: @Sendable () -> Timestamp
    /// Nanoseconds from an arbitrary origin; never goes back.
    package var monotonic: @Sendable () -> UInt64

    package init(now: @escaping @Sendable () -> Timestamp, monotonic: @escaping @Sendable () -> UInt64) {
        self.now = now
        self.monotonic = monotonic
    }
}

package struct Chance: Sendable {
    /// Unpredictable bytes.
    package var bytes: @Sendable (_ count: Int) -> [UInt8]
    /// Sixteen unpredictable bytes as two words: every call needs several, for its identifiers.
    package var words: @Sendable () -> (UInt64, UInt64)

    package init(
        bytes: @escaping @Sendable (_ count: Int) -> [UInt8],
        words: @escaping @Sendable () -> (UInt64, UInt64)
    ) {
        self.bytes = bytes
        self.words = words
    }

    package func uuid() -> Text {
        var out = ByteBuilder(capacity: 36)
        append(uuidTo: &out)
        return Text(decoding: out.bytes[...])
    }

    /// A version 4 UUID in lower case (RFC 9562).
    package func append(uuidTo out: inout ByteBuilder) {
        let (high, low) = words()
        out.append(uuid: high & ~0xF000 | 0x4000, low)
    }

    /// Uniform in `0..<bound`, without modulo bias. `bound` is 1...65,536.
    package func number(below bound: Int) -> Int {
        let span = 65_536 - 65_536 % bound
        while true {
            let raw = bytes(2)
            let value = Int(raw[0]) << 8 | Int(raw[1])
            if value < span { return value % bound }
        }
    }

    /// `count` characters drawn uniformly from `alphabet` (ASCII, at most 256 characters).
    package func characters(_ count: Int, from alphabet: [UInt8]) -> [UInt8] {
        let span = 256 - 256 % alphabet.count
        var out: [UInt8] = []
        out.reserveCapacity(count)
        while out.count < count {
            for byte in bytes(count - out.count + 8) where Int(byte) < span && out.count < count {
                out.append(alphabet[Int(byte) % alphabet.count])
            }
        }
        return out
    }
}

extension ByteBuilder {
    /// In lower case, with the variant of RFC 9562 set; the version is the caller's.
    mutating func append(uuid high: UInt64, _ low: UInt64) {
        let words = (
            Hex.digits(UInt32(truncatingIfNeeded: high >> 32)),
            Hex.digits(UInt32(truncatingIfNeeded: high)),
            Hex.digits(UInt32(truncatingIfNeeded: low >> 32 & 0x3FFF_FFFF | 0x8000_0000)),
            Hex.digits(UInt32(truncatingIfNeeded: low))
        )
        var out = InlineArray<36, UInt8>(repeating: 0x2D)
        for digit in 0..<8 {
            let shift = UInt64(56 - digit * 8)
            // Groups of 8, 4, 4, 4 and 12, a dash after each but the last.
            let dashes = digit < 4 ? 0 : 1
            out[digit] = UInt8(truncatingIfNeeded: words.0 >> shift)
            out[9 + digit + dashes] = UInt8(truncatingIfNeeded: words.1 >> shift)
            out[19 + digit + dashes] = UInt8(truncatingIfNeeded: words.2 >> shift)
            out[28 + digit] = UInt8(truncatingIfNeeded: words.3 >> shift)
        }
        bytes.append(out.span, 0..<36)
    }
}

/// The operator's voice. Never sees a value that a caller sent as a secret.
package struct Log: Sendable {
    package enum Level: String, Sendable { case info, warning, error }

    private let write: @Sendable (Level, Text) -> Void

    package init(_ write: @escaping @Sendable (Level, Text) -> Void) { self.write = write }

    package func info(_ text: Text) { write(.info, text) }
    package func warning(_ text: Text) { write(.warning, text) }
    package func error(_ text: Text) { write(.error, text) }
}

/// Hard limits of the service, AWS's figures unless configured.
package struct Limits: Sendable {
    package var secretsPerRegion = 500_000
    package var versionsKept = 100
    /// AWS does not publish where the count of versions younger than a day ends.
    package var versionsHard = 1_000
    package var labelsPerSecret = 20
    package var tagsPerResource = 50
    package var grantsPerKey = 50_000

    package init() {}
}
