import ArgumentParser
import Foundation
import Front

struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Ask a running server how it is.",
        discussion: "Prints the server's health. Exit status 0 if it can serve, 1 if it can't or does not answer."
    )

    @Option(help: ArgumentHelp("The node's folder; its server's address is read there.", valueName: "dir")) var data =
        "./data"
    @Option(help: ArgumentHelp("Ask this server instead, e.g. http://127.0.0.1:8333.", valueName: "url")) var url:
        String?

    func run() async throws {
        guard let address = url ?? DataFolder(path: data).address else {
            throw ValidationError(
                "No server has run in \(data) yet. Name its folder with --data, or the server with --url.")
        }
        do {
            let health = try await Outbound.send("GET", address + "/health", trust: .anybody)
            print("\(address)\n\(String(decoding: health.body, as: UTF8.self))")
            guard health.status == 200 else { throw ExitCode.failure }
        } catch let code as ExitCode {
            throw code
        } catch {
            print("\(address) does not answer: \(error)")
            throw ExitCode.failure
        }
    }
}
