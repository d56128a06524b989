internal import Bytes
internal import Foundation
internal import Seal

/// Starts programs by bubblewrap, in namespaces of their own.
struct Bubblewrap: Sendable {
    let path: String
    /// The user outside, for whom a server that is root gives up being it; `nil` if it is somebody else already.
    let user: UInt32?

    /// The first of a range above all that distributions give to anything.
    static let firstUser: UInt32 = 2_147_418_112

    /// `nil` if it is nobody's in particular.
    var ownUser: UInt32? { user.flatMap { $0 >= Self.firstUser ? $0 : nil } }

    /// The same, as a user whom no other environment has, if there are enough.
    func apart(_ number: Int) -> Bubblewrap {
        guard let user, user == Self.firstUser else { return self }
        return Bubblewrap(path: path, user: user + UInt32(number % 65_000))
    }

    /// What a program gets in its sandbox.
    struct Cell: Sendable {
        var mounts: Mounts
        /// PEM.
        var certificates: [UInt8]
        var variables: [(name: Text, value: SecretBytes)]
        var storageMegabytes: Int
        var directory: String
        var command: [String]
    }

    static var candidates: [String] { ["/usr/bin/bwrap", "/bin/bwrap", "/usr/local/bin/bwrap"] }

    /// Everything that bubblewrap is told goes by a file in memory, which it reads and closes: nothing secret is in the
    /// process list or in any process's environment on the host.
    func plan(_ cell: Cell, limits: [SpawnPlan.Limit], groups: [Descriptor]) throws -> SpawnPlan {
        var words = ByteBuilder(capacity: 8192)
        func add(_ arguments: [String]) {
            for argument in arguments {
                words.append(argument)
                words.append(byte: 0)
            }
        }
        var descriptors: [Descriptor] = []
        func pass(_ descriptor: Descriptor) -> String {
            descriptors.append(descriptor)
            // After the standard ones and the arguments' own.
            return "\(3 + descriptors.count)"
        }
        add(["--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"])
        add(["--uid", "993", "--gid", "990", "--hostname", "function", "--cap-drop", "ALL"])
        add(["--die-with-parent", "--new-session", "--clearenv"])
        add(cell.mounts.arguments())
        for (index, mount) in cell.mounts.folders.enumerated() {
            add(["--ro-bind", user == nil ? mount.source : "\(SpawnPlan.stage)/\(index)", mount.path])
        }
        add(["--ro-bind-data", pass(try Descriptor.memory(SecretBytes(Self.users))), "/etc/passwd"])
        add(["--ro-bind-data", pass(try Descriptor.memory(SecretBytes(Self.groups))), "/etc/group"])
        add(["--ro-bind-data", pass(try Descriptor.memory(SecretBytes(cell.certificates))), Mounts.authorities])
        add(["--symlink", "certs/ca-bundle.crt", Mounts.authoritiesLink])
        add(["--proc", "/proc", "--dev", "/dev"])
        add(["--perms", "1777", "--size", "\(cell.storageMegabytes << 20)", "--tmpfs", "/tmp"])
        add(["--remount-ro", "/", "--chdir", cell.directory])
        if let program = SystemCallFilter.program { add(["--seccomp", pass(try Descriptor.memory(program))]) }
        for (name, value) in cell.variables {
            add(["--setenv", name.string])
            value.revealed { words.bytes.append($0, 0..<$0.count) }
            words.append(byte: 0)
        }
        let told = try Descriptor.memory(SecretBytes(taking: &words.bytes))
        return SpawnPlan(
            path: path, arguments: [path, "--args", "3", "--"] + cell.command, descriptors: [told] + descriptors,
            limits: limits, groups: groups, stages: user == nil ? [] : cell.mounts.folders.map(\.source), user: user)
    }

    private static let users = Array(
        """
        root:x:0:0:root:/root:/sbin/nologin
        sbx_user1051:x:993:990::/tmp:/sbin/nologin
        nobody:x:65534:65534:nobody:/:/sbin/nologin

        """.utf8)
    private static let groups = Array("root:x:0:\nsbx_user1051:x:990:\nnobody:x:65534:\n".utf8)
}
