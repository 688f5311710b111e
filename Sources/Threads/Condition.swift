import CThreads
import Glibc

/// A lock, and what threads that hold it wait for: another that says that something has changed.
public final class Condition: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let change = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  /// A lock that nobody holds.
  public init() {
    pthread_mutex_init(mutex, nil)
    // Waiting minds no clock that somebody sets.
    var monotonic = pthread_condattr_t()
    pthread_condattr_init(&monotonic)
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC)
    pthread_cond_init(change, &monotonic)
    pthread_condattr_destroy(&monotonic)
  }

  deinit {
    pthread_cond_destroy(change)
    pthread_mutex_destroy(mutex)
    change.deallocate()
    mutex.deallocate()
  }

  /// Does something while no other thread holds the lock.
  public func withLock<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body()
  }

  /// Within `withLock`: lets go of the lock until another thread calls `tell`, or for no reason at all, and takes it
  /// again.
  public func wait() { pthread_cond_wait(change, mutex) }

  /// The same, until a time of the monotonic clock at the latest.
  ///
  /// - Parameter nanoseconds: of `CLOCK_MONOTONIC`, as `ct_now` gives it.
  /// - Returns: whether the time has not come yet.
  public func wait(until nanoseconds: UInt64) -> Bool {
    var time = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
    return pthread_cond_timedwait(change, mutex, &time) != ETIMEDOUT
  }

  /// Lets all threads that wait look again.
  public func tell() { pthread_cond_broadcast(change) }
}
