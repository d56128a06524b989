import ArgumentParser

@main
struct Undercroft: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "undercroft",
        abstract: "AWS Secrets Manager that you run yourself.",
        discussion: """
            Start with:

              undercroft serve --data ./data

            The first start on an empty folder makes the root key, one account and an administrator, and writes
            ./data/credentials. Then, in another terminal:

              export AWS_ENDPOINT_URL=http://127.0.0.1:8333
              export AWS_SHARED_CREDENTIALS_FILE=./data/credentials AWS_REGION=us-west-2
              aws secretsmanager create-secret --name demo --secret-string 'my first secret'
              aws secretsmanager get-secret-value --secret-id demo

            Every call is recorded; 'undercroft trail tail' shows the records, 'undercroft trail verify' proves that none
            was changed or removed.
            """,
        version: Release.version,
        subcommands: [
            Serve.self, Config.self, BootstrapCommand.self, FunctionsCommand.self, RotationCommand.self,
            RotatorsCommand.self, TrailCommand.self, Why.self, WhoCan.self, Status.self, Version.self,
            Completion.self,
        ]
    )
}

enum Release {
    static let version = "0.1.0"
}

struct Version: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Print the program's version.")

    func run() { print("undercroft \(Release.version)") }
}

struct Completion: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print a completion script for a shell.",
        discussion: """
            For bash:  undercroft completion bash > /etc/bash_completion.d/undercroft
            For zsh:   undercroft completion zsh > "${fpath[1]}/_undercroft"
            For fish:  undercroft completion fish > ~/.config/fish/completions/undercroft.fish
            """
    )

    enum Shell: String, ExpressibleByArgument, CaseIterable { case bash, zsh, fish }

    @Argument(help: "bash, zsh or fish.")
    var shell: Shell

    func run() {
        let known: CompletionShell =
            switch shell {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        print(Undercroft.completionScript(for: known))
    }
}
