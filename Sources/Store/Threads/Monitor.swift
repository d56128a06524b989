internal import Glibc

/// State under a lock that threads can wait on. `Synchronization.Mutex` has no condition to wait for.
@safe final class Monitor<State>: @unchecked Sendable {
    // INVARIANT: `state` is touched only while `mutex` is held.
    private var state: State
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init(_ state: sending State) {
        self.state = state
        unsafe pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        unsafe pthread_condattr_init(&attributes)
        // The default clock of timed waits is the wall's, which operators may set.
        unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        unsafe pthread_cond_init(changed, &attributes)
        unsafe pthread_condattr_destroy(&attributes)
    }

    deinit {
        unsafe pthread_cond_destroy(changed)
        unsafe pthread_mutex_destroy(mutex)
        unsafe changed.deallocate()
        unsafe mutex.deallocate()
    }

    /// Changes the state and wakes whoever waits.
    func change<R>(_ body: (inout State) -> R) -> R {
        unsafe pthread_mutex_lock(mutex)
        defer {
            unsafe pthread_cond_broadcast(changed)
            unsafe pthread_mutex_unlock(mutex)
        }
        return body(&state)
    }

    /// Changes the state and wakes one waiter: enough where one change feeds one waiter.
    func feed<R>(_ body: (inout State) -> R) -> R {
        unsafe pthread_mutex_lock(mutex)
        defer {
            unsafe pthread_cond_signal(changed)
            unsafe pthread_mutex_unlock(mutex)
        }
        return body(&state)
    }

    func read<R>(_ body: (State) -> R) -> R {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return body(state)
    }

    /// Waits until `body` has an answer.
    @discardableResult
    func wait<R>(_ body: (inout State) -> R?) -> R {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while true {
            if let answer = body(&state) { return answer }
            unsafe pthread_cond_wait(changed, mutex)
        }
    }

    /// As ``wait(_:)``, but `nil` when there is no answer after `milliseconds`.
    func wait<R>(milliseconds: UInt64, _ body: (inout State) -> R?) -> R? {
        var end = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &end)
        let nanoseconds = UInt64(end.tv_nsec) &+ (milliseconds % 1000) &* 1_000_000
        end.tv_sec += Int(milliseconds / 1000 &+ nanoseconds / 1_000_000_000)
        end.tv_nsec = Int(nanoseconds % 1_000_000_000)
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while true {
            if let answer = body(&state) { return answer }
            guard unsafe pthread_cond_timedwait(changed, mutex, &end) == 0 else { return body(&state) }
        }
    }
}
