import Bootstrap
import Bytes
import Services
import Synchronization
import Wire

/// Clients for the caller's account, and for those that it manages: entered by their administrator's role when first needed.
final class AccountClients: Sendable {
    let caller: Client
    private let others = Mutex<[Section: Client]>([:])

    /// The role that Organizations makes in every account.
    private static let role = "OrganizationAccountAccessRole"

    init(caller: Client) { self.caller = caller }

    func client(_ section: Section, id: Text) async throws -> Client {
        guard section != .caller else { return caller }
        if let known = others.withLock({ $0[section] }) { return known }
        let client = try await caller.assuming("arn:aws:iam::\(id):role/\(Self.role)", session: "undercroft-bootstrap")
        others.withLock { $0[section] = client }
        return client
    }
}
