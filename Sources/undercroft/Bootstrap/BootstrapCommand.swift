import ArgumentParser
import Bootstrap
import Bytes
import Foundation
import Wire

struct BootstrapCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bootstrap",
        abstract: "Make accounts, users, roles, policies and keys as a file says.",
        discussion: """
            FILE is YAML. It names what must be there and how; this looks at the running
            server, shows what differs, and after a 'yes' makes it so. Run it again at any
            time: what is as the file says is left alone.

              users:
                - name: alice
                  groups: [administrators]
                  access-key: alice.credentials  # made if she has none: 0600, not printed
              groups:
                - name: administrators
                  policies: ['arn:aws:iam::aws:policy/AdministratorAccess']
              roles:
                - name: deploy
                  trust:
                    Version: '2012-10-17'
                    Statement:
                      - Effect: Allow
                        Principal: {AWS: 'arn:aws:iam::${account}:user/alice'}
                        Action: 'sts:AssumeRole'
                  policies: [read-secrets]       # one of the file's, or an ARN
              policies:
                - name: read-secrets
                  document:
                    Version: '2012-10-17'
                    Statement:
                      - Effect: Allow
                        Action: 'secretsmanager:GetSecretValue'
                        Resource: 'arn:aws:secretsmanager:*:${account}:secret:app/*'
              keys:
                - {alias: app, description: Secrets of the app, rotation: true}
              accounts:
                - name: team-a                   # with users, roles, keys … of its own
                  email: team-a@example.com
                  keys: [{alias: app}]

            The top level belongs to the caller's account; 'accounts' are made through
            Organizations, and entered by assuming OrganizationAccountAccessRole.

            What FILE does not name is left alone, and nothing that has a name of its own
            is ever deleted: no user, group, role, managed policy, key or account. Of what
            it names, members that are absent are left as they are. Members that are there
            are made equal: tags, policies, memberships and inline policies that are not
            listed are taken away; [] or {} takes away all.

            In policies, ${account} is the id of the account that they stand in,
            ${account.NAME} that of an account of the file, ${caller-account} the caller's;
            ${key.ALIAS} and ${policy.NAME} are the ARNs of a key and a policy of the same
            account. A file with every member is in examples/bootstrap.

            Exit status:
              0   all is as the file says, now or already
              1   the file or the server refused, or a step failed; what was done is said,
                  and running again goes on from there
              2   there are changes that were not made: with --plan, after anything but a
                  'yes', or with neither a terminal nor --yes
            """
    )

    @OptionGroup var server: Operator
    @Flag(help: "Apply without asking.") var yes = false
    @Flag(help: "Only show what differs; exit status 2 if anything does, 0 if nothing does.") var plan = false
    @Argument(help: ArgumentHelp("The file.", valueName: "file"), completion: .file(extensions: ["yaml", "yml"]))
    var file: String

    private static let notApplied = ExitCode(2)

    func validate() throws {
        if yes, plan { throw ValidationError("--plan changes nothing, and --yes says to change: choose one.") }
    }

    func run() async throws {
        let manifest = try read()
        let folder = URL(fileURLWithPath: file).deletingLastPathComponent().path
        let accounts = AccountClients(caller: try server.client())
        let observed = try await Observer(manifest: manifest, accounts: accounts, folder: folder).observe()
        let plan = Plan(for: manifest, observed: observed)
        System.say(plan.text(for: manifest))
        guard plan.problems.isEmpty else {
            try refuse(plan.problems, "It can't be done so; nothing was changed.")
        }
        guard !plan.changes.isEmpty else { return }
        if self.plan { throw Self.notApplied }
        try confirm()
        try await apply(plan, accounts, folder)
    }

    private func read() throws -> Manifest {
        guard let data = FileManager.default.contents(atPath: file), let text = String(validating: data, as: UTF8.self)
        else {
            throw Refused(description: "\(file) can't be read, or is not UTF-8 text.")
        }
        switch Manifest.read(text) {
        case .success(let manifest):
            let problems = StepCheck.problems(in: manifest)
            if !problems.isEmpty { try refuse(problems, Self.refusal) }
            return manifest
        case .failure(let mistakes): try refuse(mistakes.all, Self.refusal)
        }
    }

    private static let refusal = "The file is refused; nothing was changed."

    private func refuse(_ mistakes: [Mistake], _ end: String) throws -> Never {
        for mistake in mistakes { Self.warn("\(file):\(mistake.line): \(mistake.reason)") }
        Self.warn(end)
        throw ExitCode.failure
    }

    private func confirm() throws {
        if yes { return }
        guard System.hasTerminal else {
            Self.warn(
                "Nothing was changed: there is no terminal to ask on. Add --yes to apply, or --plan to look only.")
            throw Self.notApplied
        }
        print("Apply? Only 'yes' does: ", terminator: "")
        fflush(nil)
        guard readLine() == "yes" else {
            Self.warn("Nothing was changed.")
            throw Self.notApplied
        }
    }

    private func apply(_ plan: Plan, _ accounts: AccountClients, _ folder: String) async throws {
        let steps = plan.steps
        var applier = Applier(plan: plan, accounts: accounts, folder: folder)
        for (index, step) in steps.enumerated() {
            do {
                let made = try await applier.apply(step).map { " (\($0))" } ?? ""
                System.say("done    \(step.words)\(made)")
            } catch {
                Self.warn("FAILED  \(step.words): \(error)")
                for rest in steps[(index + 1)...] { Self.warn("not done  \(rest.words)") }
                Self.warn(
                    "\(index) of \(steps.count) steps were done. Mend the cause and run this again: it goes on from here."
                )
                throw ExitCode.failure
            }
        }
        System.say("All is as the file says: \(steps.count) steps were done.")
    }

    private static func warn(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }
}
