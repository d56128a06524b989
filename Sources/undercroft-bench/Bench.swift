import Glibc

/// Signs requests as an SDK does and loads a server with them over keep-alive connections.
///
/// One thread on purpose: it is pinned to one core and has to leave the server the bottleneck.
@main
struct Bench {
    static let usage = """
        usage: undercroft-bench load|walk|call --connect HOST:PORT --body TEMPLATE [options]
               undercroft-bench puts --folder DIR --database FILE [--connections N] [--seconds S]
               undercroft-bench decide

          load   closed loop with --connections N for --seconds S (after --warmup S) or for --requests N;
                 prints one line of JSON
          walk   follows NextToken to the last page; prints one line of JSON
          call   one request; prints the answer's body
          puts   no server: SQLite alone, with the tables of a server's database, for as many writers
          decide no server: the policy engine alone, on hard and on hostile policies; prints one line of JSON

          --credentials FILE   AWS shared-credentials file: its profiles sign in turn; without it nothing is signed
          --service NAME       of the credential scope (secretsmanager)
          --region NAME        (us-west-2)
          --target NAME        X-Amz-Target, e.g. secretsmanager.GetSecretValue
          --form               the body is a form of the query protocol, without a target
          --body TEMPLATE      {n} is the request's number, {u} a token used once, {next} the next page
          --expect TEMPLATE    must be in every answer
          --distinct N         {n} runs from 0 to N-1, signed before the start (1)
          --fresh              sign each request when it is sent: for bodies with {u}
          --pid PID            the server, for its CPU time
          --hold               keep the connections open until standard input ends
        """

    static func main() {
        // A server that hangs up is an error to report, not a reason to die silently.
        signal(SIGPIPE, SIG_IGN)
        do {
            try run(try Options(CommandLine.arguments.dropFirst()))
        } catch {
            Output.complain("undercroft-bench: \(error)")
            exit(1)
        }
    }

    private static func run(_ options: Options) throws(Trouble) {
        switch options.verb {
        case "load":
            var load = try Load(options)
            try load.run()
        case "walk": try Walk(options).run()
        case "call": try Call(options).run()
        case "puts": try Puts(options).run()
        case "decide": try Decisions().run()
        default: throw Trouble(usage)
        }
    }
}

struct Trouble: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
