import Services
import Testing

@testable import Front

@Suite struct LargeBodiesTests {
    private static let limits = {
        var limits = FrontOptions.Limits()
        (limits.maxBody, limits.maxCode, limits.maxInvocation, limits.maxLargeBodies) = (10, 100, 40, 150)
        return limits
    }()

    @Test(
        arguments: [
            ("POST", "/", 10), ("POST", "/2015-03-31/functions", 100), ("POST", "/2015-03-31/functions/", 100),
            ("POST", "/2015-03-31/functions?x", 100), ("PUT", "/2015-03-31/functions/f/code", 100),
            ("PUT", "/2015-03-31/functions/f/code?x=/y", 100), ("PUT", "/2015-03-31/functions/f/configuration", 10),
            ("POST", "/2015-03-31/functions/f/code", 10), ("GET", "/2015-03-31/functions/f/code", 10),
            ("POST", "/2015-03-31/functions/f/invocations", 40), ("PUT", "/2015-03-31/functions/f/invocations", 10),
            ("POST", "/2015-03-31/functions/f/policy?x=/invocations", 10), ("POST", "/x/2015-03-31/functions", 10),
            ("POST", "/2015-03-31/functionsx", 10),
        ] as [(String, String, Int)])
    func `few paths take more`(method: String, path: String, limit: Int) {
        #expect(Self.limits.maxBody(method, path) == limit)
    }

    @Test(arguments: [("/", 413), ("/2015-03-31/functions", 200), ("/2015-03-31/functions/f/policy", 413)])
    func `a body over the ordinary limit`(path: String, status: Int) throws {
        let wired = try Wired(limits: Self.limits)
        wired.send(post(path, String(repeating: "x", count: 90)))
        #expect(try wired.statuses() == [status])
        #expect(wired.door.seen.count == (status == 200 ? 1 : 0))
    }

    @Test func `one over its own limit`() throws {
        let wired = try Wired(limits: Self.limits)
        wired.send(post("/2015-03-31/functions", String(repeating: "x", count: 101)))
        #expect(try wired.statuses() == [413])
    }

    /// What was announced takes no room, what has arrived does, and what is over gives it back.
    @Test func `all together are bounded`() throws {
        let bodies = LargeBodies(most: 150)
        var first: LargeBodies.Room? = bodies.room()
        let second = bodies.room()
        #expect(first?.hold(90) == true && first?.hold(90) == true && second.hold(60))
        #expect(!second.hold(61) && bodies.count == 150)
        first = nil
        #expect(bodies.count == 60 && second.hold(150))
    }

    @Test func `where there is no room the connection ends with 503`() throws {
        var limits = Self.limits
        limits.maxLargeBodies = 50
        let wired = try Wired(limits: limits)
        wired.send(post("/2015-03-31/functions", String(repeating: "x", count: 90)))
        #expect(try wired.statuses() == [503])
        #expect(wired.door.seen.isEmpty && wired.desk.largeBodies.count == 0)
    }
}
