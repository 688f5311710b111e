import Dispatch
import Foundation

/// A wish to stop, from a signal or from the program itself.
public final class StopSignal: @unchecked Sendable {
  private let lock = NSLock()
  private var isSet = false
  private var sources: [DispatchSourceSignal] = []

  /// Makes one that nobody has wished yet.
  public init() {}

  /// Whether somebody wishes to stop.
  public var isRequested: Bool {
    lock.lock()
    defer { lock.unlock() }
    return isSet
  }

  /// Wishes to stop.
  public func request() {
    lock.lock()
    isSet = true
    lock.unlock()
  }

  /// Lets signals mean this wish. The same signal a second time ends the program at once, as without this.
  public func listen(to signals: [Int32] = [SIGINT, SIGTERM]) {
    for number in signals {
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global(qos: .userInitiated))
      source.setEventHandler { [weak self] in
        self?.request()
        signal(number, SIG_DFL)
      }
      source.resume()
      sources.append(source)
    }
  }
}
