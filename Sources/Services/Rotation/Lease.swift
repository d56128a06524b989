internal import Bytes
internal import Store

/// Work that one node has to itself while it says again and again that it is still at it.
enum Lease {
    /// Milliseconds that a node has to itself, unless it asks for more.
    static let length: Int64 = 30_000

    /// Whether `node` may take up what is due. What it holds already is from before it was started anew: two of the same name
    /// never run.
    static func isFree(_ item: Item, for node: Text, at now: Timestamp) -> Bool {
        guard let due = item.due else { return false }
        return due <= now || (try? Fields(json: item.body))?.text("holder") == node
    }

    /// Runs `body` while the lease is renewed, at a third of its time.
    ///
    /// - Parameter renew: throws `conflict` if somebody else has taken over; another error may pass before the lease ends.
    /// - Returns: what `body` made of it, and the claim as last renewed; `nil` if somebody else has taken over.
    static func hold<Claim: Sendable, Result: Sendable>(
        _ claim: Claim,
        pause: @escaping @Sendable (_ milliseconds: Int64) async throws -> Void,
        renew: @escaping @Sendable (inout Claim) async throws -> Void,
        _ body: @escaping @Sendable () async -> Result
    ) async -> (Result, Claim)? {
        let renewing: @Sendable (Claim) async -> Part<Claim, Result> = { claim in
            var claim = claim
            while true {
                do { try await pause(length / 3) } catch { return .renewed(claim) }
                do { try await renew(&claim) } catch StoreError.conflict { return .overtaken } catch {
                    // The store may come back before the lease ends.
                }
            }
        }
        return await withTaskGroup(of: Part<Claim, Result>.self) { group in
            group.addTask { .ended(await body()) }
            group.addTask { await renewing(claim) }
            var (result, latest) = (Result?.none, Claim?.none)
            for await part in group {
                switch part {
                case .ended(let made): result = made
                case .renewed(let claim): latest = claim
                case .overtaken: break
                }
                group.cancelAll()
            }
            guard let result, let latest else { return nil }
            return (result, latest)
        }
    }

    private enum Part<Claim: Sendable, Result: Sendable>: Sendable { case ended(Result), renewed(Claim), overtaken }
}
