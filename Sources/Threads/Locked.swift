#if !THREAD_SANITIZER
  import Synchronization
#endif

/// A value that several threads change in turn.
public final class Locked<Value>: Sendable {
  private let mutex: Mutex<Value>

  /// The value is read and changed through this alone from now on.
  public init(_ value: consuming sending Value) { mutex = Mutex(value) }

  /// Changes the value while no other thread looks at it, and gives on what the change returns or throws.
  public func withLock<Result, Failure: Error>(
    _ change: (inout sending Value) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    try mutex.withLock(change)
  }
}

extension Locked where Value: Sendable {
  /// A copy of the value as it is now.
  public var value: Value { withLock { $0 } }
}
