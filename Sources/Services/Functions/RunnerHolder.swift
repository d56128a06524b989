internal import Bytes
internal import Synchronization

/// Where the house finds its runner. It is set once, after the house has been built.
package final class RunnerHolder: Sendable {
    private let runner = Mutex<any FunctionRunner>(NoFunctions())

    package func set(_ new: any FunctionRunner) { runner.withLock { $0 = new } }
    private let wanted = Mutex<Set<Text>>([])

    /// Somebody has uploaded a function for this runtime: what it needs can be got before it is invoked.
    func want(_ runtime: Text) { wanted.withLock { _ = $0.insert(runtime) } }
    func takeWanted() -> Set<Text> {
        wanted.withLock { wanted in
            defer { wanted = [] }
            return wanted
        }
    }

    var current: any FunctionRunner { runner.withLock { $0 } }
}
