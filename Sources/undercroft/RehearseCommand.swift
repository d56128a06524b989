import ArgumentParser
import Bytes
import Services

extension RotationCommand {
    struct Rehearse: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Try a rotation out, without touching the secret or its login.",
            discussion: """
                All four steps run against a copy of the secret. For a login of PostgreSQL, MySQL, MariaDB or Redis, a user is made for
                it, with the rights of the secret's user, by the user of "masterarn" in the secret's value or of --admin; user and
                copy are taken away afterwards. That secret's policy must allow secretsmanager:GetSecretValue to the service
                secretsmanager.amazonaws.com, as for a rotation. Exit status 0 if the rehearsal succeeded, else 1.

                  undercroft rotation rehearse prod/app/db --admin prod/db/admin
                  undercroft rotation rehearse prod/app/db --function arn:aws:lambda:…:function:undercroft-rotate-postgres-single
                  undercroft rotation rehearse prod/app/token --value-of staging/app/token
                  undercroft rotation rehearse prod/app/db --every 'cron(0 3 ? * SUN *)'
                """
        )

        @OptionGroup var server: Operator
        @Option(help: ArgumentHelp("The function to try; the secret's own by default.", valueName: "arn"))
        var function: String?
        @Option(help: ArgumentHelp("The secret of a user who may make users.", valueName: "secret")) var admin: String?
        @Option(
            help: ArgumentHelp("Rehearse with this secret's value instead of a user of its own.", valueName: "secret"))
        var valueOf: String?
        @Option(help: ArgumentHelp("And again by this schedule: rate(…) or cron(…).", valueName: "schedule"))
        var every: String?
        @Flag(help: "End the schedule; rehearse nothing.") var cancel = false
        @Flag(help: "Don't wait for the end.") var noWait = false
        @Argument(help: ArgumentHelp("The secret's name or ARN.", valueName: "secret")) var secret: String

        func validate() throws {
            guard !cancel || (every == nil && function == nil && admin == nil && valueOf == nil) else {
                throw ValidationError("--cancel goes with no other option.")
            }
        }

        func run() async throws {
            var request: Fields = ["SecretId": .string(Text(secret))]
            request.add("RotationLambdaARN", function.map { Text($0) })
            request.add("AdminSecretId", admin.map { Text($0) })
            request.add("ValueFromSecretId", valueOf.map { Text($0) })
            request.add("ScheduleExpression", every.map { Text($0) })
            if cancel { request.add("CancelSchedule", true) }
            let answer = try await server.call("RehearseRotation", request)
            guard let id = answer.text("RehearsalId") else {
                print("Rehearsals of \(secret) are not scheduled any more.")
                return
            }
            print("Rehearsal \(id) of \(answer.text("ARN") ?? Text(secret))")
            if noWait {
                print("  undercroft rotation show \(secret)")
                return
            }
            let attempt = try await end(of: id)
            Show.show(attempt)
            if attempt.text("Outcome") != "succeeded" { throw ExitCode(1) }
        }

        /// The page of the flight recorder, as soon as it is written.
        private func end(of id: Text) async throws -> Fields {
            while true {
                let answer = try await server.call("DescribeRotation", ["SecretId": .string(Text(secret))])
                for case .structure(let attempt) in answer.list("Attempts") ?? []
                where attempt.text("VersionId") == id {
                    return attempt
                }
                try await System.pause(300)
            }
        }
    }
}
