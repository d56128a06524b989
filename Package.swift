// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .treatWarning("ExplicitSendable", as: .error),
    .treatWarning("DeprecatedDeclaration", as: .warning),
    // The hot path crosses rooms at every step: without this, generic code of another room is not specialized.
    .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release)),
]

let nio: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
    .product(name: "NIOHTTP1", package: "swift-nio"),
    .product(name: "NIOTLS", package: "swift-nio"),
    .product(name: "NIOHPACK", package: "swift-nio-http2"),
    .product(name: "NIOHTTP2", package: "swift-nio-http2"),
    .product(name: "NIOSSL", package: "swift-nio-ssl"),
]

let package = Package(
    name: "undercroft",
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // C shims: libcrypto and memory hygiene; libpq; libmariadb.
        .target(name: "CPlatform", linkerSettings: [.linkedLibrary("crypto")]),
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CMariaDB", pkgConfig: "libmariadb", providers: [.apt(["libmariadb-dev"])]),
        // What Swift can't ask of SQLite by itself.
        .target(name: "CSQLite"),
        // What runs functions: processes and their filter of system calls; zlib.
        .target(name: "CSandbox"),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

        // Rooms that depend on nothing of ours but bytes and primitives.
        .target(name: "Bytes", swiftSettings: strict),
        .target(name: "Primitives", dependencies: ["CPlatform"], swiftSettings: strict),
        .target(name: "Policy", dependencies: ["Bytes"], swiftSettings: strict),
        .target(name: "Wire", dependencies: ["Bytes", "Primitives"], swiftSettings: strict),
        .target(name: "Seal", dependencies: ["Bytes", "Primitives", "CPlatform"], swiftSettings: strict),

        .target(
            name: "Store",
            dependencies: [
                "Bytes", "Seal", "CLibPQ", "CSQLite", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Services", dependencies: ["Bytes", "Primitives", "Policy", "Wire", "Seal", "Store"],
            swiftSettings: strict),
        .target(name: "Front", dependencies: ["Bytes", "Services", "Wire"] + nio, swiftSettings: strict),
        .target(
            name: "Rotators",
            dependencies: [
                "Bytes", "Primitives", "Seal", "Services", "CLibPQ", "CMariaDB",
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOTLS", package: "swift-nio"), .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: strict),
        .target(
            name: "Runtimes",
            dependencies: [
                "Bytes", "CSandbox", "CZlib", "Seal", "Services",
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: strict),
        .target(
            name: "Bootstrap", dependencies: ["Bytes", "Policy", .product(name: "Yams", package: "Yams")],
            swiftSettings: strict),
        .executableTarget(
            name: "undercroft",
            dependencies: [
                "Bytes", "Bootstrap", "Primitives", "Front", "Rotators", "Runtimes", "Services", "Store", "Seal",
                "Wire", "Policy",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: strict
        ),
        // The load generator of `make bench`.
        .executableTarget(
            name: "undercroft-bench",
            dependencies: ["Bytes", "Policy", "Wire", .product(name: "GRDBSQLite", package: "GRDB.swift")],
            swiftSettings: strict),
        // The policy language read plainly, to hold the engine against.
        .target(name: "Oracle", dependencies: ["Bytes", "Policy"], swiftSettings: strict),
        .target(
            name: "TestKit", dependencies: ["Bytes", "Services", "Store", "Seal", "Wire", "Policy"],
            swiftSettings: strict),

        .testTarget(name: "BytesTests", dependencies: ["Bytes"], swiftSettings: strict),
        .testTarget(name: "PrimitivesTests", dependencies: ["Bytes", "Primitives"], swiftSettings: strict),
        .testTarget(name: "SealTests", dependencies: ["Bytes", "Primitives", "Seal"], swiftSettings: strict),
        .testTarget(name: "WireTests", dependencies: ["Bytes", "Primitives", "Wire"], swiftSettings: strict),
        .testTarget(name: "PolicyTests", dependencies: ["Bytes", "Oracle", "Policy"], swiftSettings: strict),
        .testTarget(
            name: "StoreTests",
            dependencies: ["Bytes", "CLibPQ", "Seal", "Store", .product(name: "GRDB", package: "GRDB.swift")],
            swiftSettings: strict),
        .testTarget(
            name: "ServicesTests",
            dependencies: ["Bytes", "Policy", "Seal", "Services", "Store", "TestKit", "Wire"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "RotatorsTests",
            dependencies: ["Bytes", "Front", "Primitives", "Rotators", "Seal", "Services"] + nio,
            swiftSettings: strict),
        .testTarget(
            name: "RuntimesTests", dependencies: ["Bytes", "Primitives", "Runtimes", "Seal", "Services", "TestKit"],
            swiftSettings: strict),
        .testTarget(name: "BootstrapTests", dependencies: ["Bytes", "Bootstrap"], swiftSettings: strict),
        .testTarget(
            name: "FrontTests",
            dependencies: ["Bytes", "Front", "Services", "Wire", .product(name: "NIOEmbedded", package: "swift-nio")]
                + nio, swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)

// gold needs a minute to link the test bundle; lld ships with the toolchain.
for target in package.targets where target.type == .executable || target.type == .test {
    target.linkerSettings = [.unsafeFlags(["-use-ld=lld"]), .linkedLibrary("m")]
}

// `make fuzz` makes a release build of these tests alone: Swift 6.3 can't make one of all.
if Context.environment["UNDERCROFT_FUZZ_COUNT"] != nil {
    let wanted: Set = ["Bytes", "Policy", "Oracle", "PolicyTests"]
    package.targets.removeAll { !wanted.contains($0.name) }
    package.products = []
}
