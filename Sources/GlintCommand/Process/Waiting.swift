import Dispatch

/// Waits on the main thread for what only works in a task.
func waiting<Value: Sendable>(for work: @escaping @Sendable () async -> Value) -> Value {
  let handover = Handover<Value>()
  Task.detached { handover.give(await work()) }
  return handover.take()
}

private final class Handover<Value>: @unchecked Sendable {
  private let semaphore = DispatchSemaphore(value: 0)
  private var value: Value?

  func give(_ value: Value) {
    self.value = value
    semaphore.signal()
  }

  func take() -> Value {
    semaphore.wait()
    return value!
  }
}
