internal import CSandbox
internal import Seal

/// A program to start, with nothing of the server's but what is named here.
struct SpawnPlan: Sendable {
    struct Limit: Sendable {
        var resource: up_resource
        var value: UInt64
    }

    var path: String
    var arguments: [String]
    /// `NAME=VALUE` and a NUL byte, again and again.
    var environment = SecretBytes([])
    var directory = "/"
    /// After standard input, output and error.
    var descriptors: [Descriptor] = []
    var limits: [Limit] = []
    /// Where the child writes itself into its control groups.
    var groups: [Descriptor] = []
    /// Folders that `user` may not reach by name; the child finds them below ``stage``.
    var stages: [String] = []
    /// User and group; `nil` keeps the server's.
    var user: UInt32?

    static let stage = UP_STAGE

    static func limit(core: UInt64 = 0, files: UInt64, fileBytes: UInt64, data: UInt64?, processes: UInt64?) -> [Limit]
    {
        var limits = [
            Limit(resource: up_core, value: core), Limit(resource: up_files, value: files),
            Limit(resource: up_file_bytes, value: fileBytes),
        ]
        // Not the address space: interpreters reserve addresses that they never use.
        if let data { limits.append(Limit(resource: up_data, value: data)) }
        if let processes { limits.append(Limit(resource: up_processes, value: processes)) }
        return limits
    }
}
