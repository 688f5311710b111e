import Synchronization

/// A value that several threads change in turn.
public final class Locked<Value: Sendable>: Sendable {
  private let mutex: Mutex<Value>

  /// The value is read and changed through this alone from now on.
  public init(_ value: Value) { mutex = Mutex(value) }

  /// A copy of the value as it is now.
  public var value: Value { mutex.withLock { $0 } }

  /// Changes the value while no other thread looks at it.
  public func update<Result: Sendable>(_ change: (inout Value) -> Result) -> Result {
    mutex.withLock { (value: inout Value) in change(&value) }
  }
}
