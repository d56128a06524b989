internal import Bytes
internal import Wire

/// When and for what an access key was used.
package struct CredentialUse: LastUse, Equatable {
    /// Milliseconds within which a second use is not worth noting.
    static let grain: Int64 = 60_000

    var time: Timestamp
    var region: Text
    var service: Text

    init(time: Timestamp, region: Text, service: Text) {
        (self.time, self.region, self.service) = (time, region, service)
    }

    init(_ claim: SignatureClaim, _ now: Timestamp) {
        self.init(time: now, region: claim.region, service: claim.service)
    }

    func isNews(after last: CredentialUse) -> Bool { time >= last.time + Self.grain || service != last.service }
}
