package import Bytes
internal import Synchronization

/// A group of operations that share one rate, per account and region.
package struct Quota: Sendable, Hashable {
    package let group: Text
    package let perSecond: Int

    package init(_ group: Text, _ perSecond: Int) {
        self.group = group
        self.perSecond = perSecond
    }

    /// Calls that AWS does not publish a rate for.
    package static let unlimited = Quota("unlimited", 0)
}

/// What an operator may change about request quotas.
package struct QuotaPolicy: Sendable {
    package var isEnforced: Bool
    /// Group → requests per second; 0 lifts the limit.
    package var overrides: [Text: Int]

    package init(isEnforced: Bool = true, overrides: [Text: Int] = [:]) {
        self.isEnforced = isEnforced
        self.overrides = overrides
    }
}

/// Token buckets: one second's worth of requests may arrive at once, the rest at the quota's rate.
package final class Admission: Sendable {
    private struct BucketKey: Hashable {
        let place: Place
        let group: Text
    }
    private struct Bucket {
        var tokens: Double
        var filled: UInt64
    }
    private let policy: QuotaPolicy
    private let clock: Clock
    private let buckets = Mutex<[BucketKey: Bucket]>([:])

    package init(policy: QuotaPolicy, clock: Clock) {
        self.policy = policy
        self.clock = clock
    }

    /// Takes one token. False: the caller must be told to slow down.
    package func admit(_ quota: Quota, in place: Place) -> Bool {
        guard policy.isEnforced else { return true }
        let rate = policy.overrides[quota.group] ?? quota.perSecond
        guard rate > 0 else { return true }
        let now = clock.monotonic()
        let capacity = Double(rate)
        return buckets.withLock { buckets in
            let key = BucketKey(place: place, group: quota.group)
            var bucket = buckets[key] ?? Bucket(tokens: capacity, filled: now)
            let elapsed = Double(now &- min(bucket.filled, now)) / 1e9
            bucket.tokens = min(capacity, bucket.tokens + elapsed * capacity)
            bucket.filled = now
            let isAdmitted = bucket.tokens >= 1
            if isAdmitted { bucket.tokens -= 1 }
            buckets[key] = bucket
            return isAdmitted
        }
    }
}
