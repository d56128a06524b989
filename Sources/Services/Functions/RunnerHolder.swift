internal import Synchronization

/// Where the house finds its runner. It is set once, after the house has been built.
package final class RunnerHolder: Sendable {
    private let runner = Mutex<any FunctionRunner>(NoFunctions())

    package func set(_ new: any FunctionRunner) { runner.withLock { $0 = new } }
    var current: any FunctionRunner { runner.withLock { $0 } }
}
