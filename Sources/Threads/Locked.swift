import Glibc

/// A value that several threads change in turn.
///
/// Its lock is the system's, whose calls ThreadSanitizer sees; that of the standard library lies in code which is not
/// instrumented, so that every value behind it would be reported.
public final class Locked<Value>: @unchecked Sendable {
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private var content: Value

  /// The value is read and changed through this alone from now on.
  public init(_ value: consuming sending Value) {
    content = value
    pthread_mutex_init(lock, nil)
  }

  deinit {
    pthread_mutex_destroy(lock)
    lock.deallocate()
  }

  /// Changes the value while no other thread looks at it, and gives on what the change returns or throws. Nothing that
  /// is no thread's own may leave the value by what is returned.
  public func withLock<Result, Failure: Error>(
    _ change: (inout Value) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    return try change(&content)
  }
}

extension Locked where Value: Sendable {
  /// A copy of the value as it is now.
  public var value: Value { withLock { $0 } }
}
