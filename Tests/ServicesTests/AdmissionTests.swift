import Bytes
import TestKit
import Testing

@testable import Services

@Suite struct AdmissionTests {
    let clock = HeldClock()
    let place = Place(account: .none, region: "us-west-2")
    let quota = Quota("group", 50)

    private func admitted(_ count: Int, _ admission: Admission, _ place: Place? = nil) -> Int {
        (0..<count).filter { _ in admission.admit(quota, in: place ?? self.place) }.count
    }

    @Test func oneSecondsWorthAtOnceThenTheRate() {
        let admission = Admission(policy: QuotaPolicy(), clock: clock.clock)
        #expect(admitted(60, admission) == 50)
        clock.advance(milliseconds: 100)
        #expect(admitted(60, admission) == 5)
        clock.advance(milliseconds: 10_000)
        #expect(admitted(60, admission) == 50)
    }

    @Test func placesAndGroupsDoNotShare() {
        let admission = Admission(policy: QuotaPolicy(), clock: clock.clock)
        #expect(admitted(60, admission) == 50)
        #expect(admitted(60, admission, Place(account: .none, region: "eu-west-1")) == 50)
        #expect(admission.admit(Quota("other", 1), in: place))
        #expect(!admission.admit(Quota("other", 1), in: place))
    }

    @Test func overridesAndOff() {
        let raised = Admission(policy: QuotaPolicy(overrides: ["group": 100]), clock: clock.clock)
        #expect(admitted(200, raised) == 100)
        let lifted = Admission(policy: QuotaPolicy(overrides: ["group": 0]), clock: clock.clock)
        #expect(admitted(200, lifted) == 200)
        let off = Admission(policy: QuotaPolicy(isEnforced: false), clock: clock.clock)
        #expect(admitted(200, off) == 200)
    }

    /// The wall clock may jump back; the bucket must neither fill nor lock up.
    @Test func timeNeverRunsBack() {
        let admission = Admission(policy: QuotaPolicy(), clock: clock.clock)
        #expect(admitted(50, admission) == 50)
        clock.advance(milliseconds: -5_000)
        #expect(admitted(1, admission) == 0)
        clock.advance(milliseconds: 20)
        #expect(admitted(2, admission) == 1)
    }
}
