internal import Bytes
internal import Policy
internal import Store

extension Secrets.GetSecretValue {
    /// Before the answer leaves: the first read of a version by each principal, and the first of each day, is written down.
    ///
    /// Later ones find the row in the cache, or are prepared answers, which fall when the row changes.
    static func noteReader(_ version: VersionState, of secret: SecretState, _ call: Authorized<Self>) throws {
        guard secret.draft.waitHours != nil, call.call.caller.mandate == nil else { return }
        let read = SecretReader.Read(
            principal: call.call.caller.principal.arn, version: version.row.versionID, stage: call.input.stage,
            time: call.now)
        let key = SecretReader.key(read.principal, secret.name, in: secret.row.place)
        let errand: Text = "reader \(read.version)"
        let view = call.call.view
        let known = try view.row(.item(key)) { snapshot in
            try snapshot.item(key).map { (try SecretReader($0), $0.body.count * 2) }
        }
        guard SecretReader.noting(read, secret.labels, over: known) != nil, !view.isDone(errand) else { return }
        let row = secret.row
        throw Detour { house in
            do {
                try await house.store.write { try SecretReader.note(read, of: row, $0) }
            } catch {
                // Better a rotation that does not wait than a program without its secret. The next read tries again.
                house.log.warning("a reader of \(secret.arn) was not noted: \(error)")
            }
            return .done(errand)
        }
    }
}
