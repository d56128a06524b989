import Bytes
import Foundation
import Runtimes
import Services
import Testing

/// What a function can't see or do.
@Suite(.enabled(if: Workshop.canRunPython, "bubblewrap and /usr/bin/python3 are not both here"))
struct SandboxTests {
    @Test func theServersFolderIsNotThere() async throws {
        let image = try Workshop.python(
            """
            import os, sys
            def tried(what):
                try: return str(what())
                except OSError as flaw: return flaw.strerror
            def handler(event, context):
                found = []
                for root, folders, files in os.walk('/'):
                    folders[:] = [name for name in folders if os.path.join(root, name) not in ('/proc', '/sys', '/usr')]
                    found += [os.path.join(root, name) for name in files if name == event['name']]
                return {'found': found, 'direct': tried(lambda: open(event['path']).read()),
                        'top': sorted(os.listdir('/')), 'processes': [n for n in os.listdir('/proc') if n.isdigit()],
                        'task': tried(lambda: open('/var/task/new', 'w')), 'root': tried(lambda: os.mkdir('/new')),
                        'usr': tried(lambda: open('/usr/new', 'w')), 'tmp': tried(lambda: open('/tmp/new', 'w').write('x')),
                        'passwd': open('/etc/passwd').read(), 'shadow': tried(lambda: open('/etc/shadow').read()),
                        'user': os.getuid(), 'host': os.uname().nodename, 'parents': tried(lambda: os.listdir('/mnt'))}
            """)
        try await Workshop.open { shop async throws in
            let secret = "secret-\(UUID()).key"
            try Data("the key".utf8).write(to: URL(fileURLWithPath: "\(shop.folder)/\(secret)"))
            let got = try await shop.value(image, #"{"name":"\#(secret)","path":"\#(shop.folder)/\#(secret)"}"#)
            guard case .list(let found)? = got["found"], case .list(let top)? = got["top"],
                case .list(let processes)? = got["processes"]
            else { throw Missing() }
            #expect(found.isEmpty)
            #expect(got.text("direct") == "No such file or directory")
            let names = top.compactMap { item -> Text? in
                guard case .string(let name) = item else { return nil }
                return name
            }
            let allowed: Set<Text> = [
                "bin", "dev", "etc", "lib", "lib32", "lib64", "libx32", "proc", "sbin", "tmp", "usr", "var",
            ]
            #expect(Set(names).isSubset(of: allowed), "\(names)")
            // The sandbox's own first process, and this one.
            #expect(processes.count == 2)
            #expect(got.text("task") == "Read-only file system")
            #expect(got.text("root") == "Read-only file system")
            #expect(["Read-only file system", "Permission denied"].contains(got.text("usr")))
            #expect(got.text("tmp") == "1")
            #expect(got.text("passwd")?.string.contains("sbx_user1051") ?? false)
            #expect(got.text("shadow") == "No such file or directory")
            #expect(got.integer("user") == 993)
            #expect(got.text("host") == "function")
        }
    }

    @Test func noPrivilegesAndNoWayToSome() async throws {
        let image = try Workshop.python(
            """
            import ctypes, errno, os, socket
            libc = ctypes.CDLL(None, use_errno=True)
            def code(result): return errno.errorcode.get(ctypes.get_errno(), '?') if result == -1 else 'allowed'
            def family(number):
                try: socket.socket(number, socket.SOCK_DGRAM); return 'allowed'
                except OSError as flaw: return errno.errorcode[flaw.errno]
            def handler(event, context):
                status = dict(line.split(':\\t') for line in open('/proc/self/status').read().splitlines() if ':\\t' in line)
                return {'caps': [status[name] for name in ('CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb')],
                        'gain': status['NoNewPrivs'], 'seccomp': status['Seccomp'],
                        'namespace': code(libc.unshare(0x10000000)), 'mount': code(libc.mount(b'x', b'/tmp', b'tmpfs', 0, 0)),
                        'ptrace': code(libc.ptrace(16, 1, 0, 0)), 'keyring': code(libc.syscall(250, 0, 0)),
                        'packet': family(17), 'algorithms': family(38), 'internet': family(2), 'local': family(1)}
            """)
        try await Workshop.open { shop async throws in
            let got = try await shop.value(image)
            guard case .list(let caps)? = got["caps"] else { throw Missing() }
            #expect(caps.count == 5)
            for cap in caps {
                guard case .string(let value) = cap else { throw Missing() }
                #expect(value == "0000000000000000")
            }
            #expect(got.text("gain") == "1" && got.text("seccomp") == "2")
            for name: Text in ["namespace", "mount", "ptrace"] { #expect(got.text(name) == "EPERM", "\(name)") }
            #expect(got.text("packet") == "EAFNOSUPPORT" && got.text("algorithms") == "EAFNOSUPPORT")
            #expect(got.text("internet") == "allowed" && got.text("local") == "allowed")
        }
    }

    @Test func limits() async throws {
        let image = try Workshop.python(
            """
            import os, resource
            def handler(event, context):
                limit = lambda what: resource.getrlimit(what)[1]
                try: out = len(bytearray(event['bytes'])) and 'allowed'
                except MemoryError: out = 'MemoryError'
                try:
                    with open('/tmp/big', 'wb') as file:
                        for _ in range(64): file.write(bytes(1 << 20))
                    disk = 'allowed'
                except OSError as flaw: disk = flaw.strerror
                return {'memory': out, 'disk': disk, 'core': limit(resource.RLIMIT_CORE), 'processes': limit(resource.RLIMIT_NPROC), 'files': limit(resource.RLIMIT_NOFILE),
                        'open': len(os.listdir('/proc/self/fd'))}
            """)
        try await Workshop.open { shop async throws in
            let got = try await shop.value(image, #"{"bytes":2000000000}"#)
            #expect(got.text("memory") == "MemoryError")
            #expect(["File too large", "No space left on device"].contains(got.text("disk")))
            #expect(got.integer("core") == 0 && got.integer("files") == 1024)
            // Three, the API, the directory itself.
            #expect(got.integer("processes") == 1024)
            let open = try #require(got.integer("open"))
            #expect(open <= 5)
        }
    }

    @Test func nothingSecretIsInTheProcessList() async throws {
        let image = try Workshop.python(
            "import time\ndef handler(e, c): time.sleep(0.3)", variables: [("PASSWORD", "very-private")])
        try await Workshop.open { shop async throws in
            async let outcome = shop.run(image)
            var seen = 0
            try await shop.begun()
            for _ in 0..<20 {
                for name in try FileManager.default.contentsOfDirectory(atPath: "/proc") where Int(name) != nil {
                    guard let words = FileManager.default.contents(atPath: "/proc/\(name)/cmdline") else { continue }
                    let line = String(decoding: words, as: UTF8.self)
                    if line.contains("bwrap") { seen += 1 }
                    #expect(!line.contains("very-private") && !line.contains("the-secret-key"))
                }
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(seen > 0)
            #expect(await outcome.end == .succeeded)
        }
    }

    @Test func noVariableIsAnOptionOfTheSandbox() async throws {
        let image = try Workshop.python(
            "import os\ndef handler(e, c): return os.listdir('/')", variables: [("X", "1\0--bind\0/\0/host")])
        try await Workshop.open { shop async throws in
            guard case .unavailable(let words) = await shop.run(image).end else {
                Issue.record("it ran")
                return
            }
            #expect(words.hasPrefix("a variable of the function can't be set"))
        }
    }

    @Test func itsRuntimeAPITakesFewConnections() async throws {
        let image = try Workshop.python(
            """
            import os, socket
            def handler(event, context):
                host, port = os.environ['AWS_LAMBDA_RUNTIME_API'].split(':')
                open, closed = [], 0
                for _ in range(20):
                    connection = socket.create_connection((host, int(port)), timeout=0.3)
                    try: closed += connection.recv(1) == b''
                    except TimeoutError: open.append(connection)
                    except ConnectionError: closed += 1
                return {'open': len(open), 'closed': closed}
            """)
        try await Workshop.open { shop async throws in
            let got = try await shop.value(image)
            // The function's own is one of eight.
            #expect(got.integer("open") == 7 && got.integer("closed") == 13)
        }
    }

    @Test func theServerCanBeReached() async throws {
        let server = try LoopbackServer()
        let image = try Workshop.python(
            """
            import os, urllib.request
            def handler(event, context): return {'said': urllib.request.urlopen(os.environ['AWS_ENDPOINT_URL']).read().decode()}
            """)
        try await Workshop.open(endpoint: "http://127.0.0.1:\(server.port)") { shop async throws in
            Thread.detachNewThread { server.answerOnce() }
            #expect(try await shop.value(image).text("said") == "here")
        }
    }

    @Test(.enabled(if: Workshop.isRoot, "only a server that is root gives functions users of their own"))
    func anotherFunctionsEventsAreOutOfReach() async throws {
        let own = try Workshop.python(
            "import os\ndef handler(e, c): return {'api': os.environ['AWS_LAMBDA_RUNTIME_API']}", name: "own")
        let other = try Workshop.python(
            """
            import http.client
            def handler(event, context):
                try:
                    connection = http.client.HTTPConnection(event['api'], timeout=5)
                    connection.request('GET', '/2018-06-01/runtime/invocation/next')
                    return {'said': str(connection.getresponse().status)}
                except (ConnectionError, http.client.HTTPException) as flaw:
                    return {'said': 'sent away'}
            """, name: "other")
        try await Workshop.open { shop async throws in
            let api = try #require(try await shop.value(own).text("api"))
            #expect(try await shop.value(other, #"{"api":"\#(api)"}"#).text("said") == "sent away")
            #expect(try await shop.value(own).text("api") == api)
        }
    }

    @Test func authoritiesAreWhereFunctionsLook() async throws {
        let image = try Workshop.python(
            "def handler(e, c): return {'said': open('/etc/pki/tls/cert.pem').read()[:27]}")
        try await Workshop.open { shop async throws in
            #expect(try await shop.value(image).text("said") == "-----BEGIN CERTIFICATE-----")
        }
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).pem").path
        try Data("ours".utf8).write(to: URL(fileURLWithPath: file))
        defer { try? FileManager.default.removeItem(atPath: file) }
        var options = Workshop.options()
        options.certificates = file
        try await Workshop.open(options) { shop async throws in
            #expect(try await shop.value(image).text("said") == "ours")
        }
    }

    @Test func whatIsInForceIsSaid() async throws {
        try await Workshop.open { shop async throws in
            #expect(shop.runner.isolation?.hasPrefix("bubblewrap: ") ?? false)
        }
        try await Workshop.open(Workshop.options(.none)) { shop async throws in
            #expect(shop.runner.isolation?.hasPrefix("none: ") ?? false)
            let got = try await shop.value(
                try Workshop.python("import os\ndef handler(e, c): return {'at': os.getcwd()}"))
            #expect(got.text("at")?.string.contains("/functions/code/") ?? false)
        }
    }

    private struct Missing: Error {}
}
