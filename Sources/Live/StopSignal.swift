import Dispatch
import Glibc
import Synchronization
import Threads

/// A request to stop, from a signal or from the program itself.
public final class StopSignal: Sendable {
  private let isSet = Atomic(false)
  private let sources = Locked<[any DispatchSourceSignal]>([])

  /// Nothing is requested until a signal comes or `request` is called.
  public init() {}

  /// Whether the program is to stop.
  public var isRequested: Bool { isSet.load(ordering: .acquiring) }

  /// Asks the program to stop; from any thread.
  public func request() { isSet.store(true, ordering: .releasing) }

  /// Lets signals mean this request. The same signal a second time ends the program at once, as without this. A signal
  /// that was ignored when the program began stays ignored.
  public func listen(to signals: [Int32] = [SIGINT, SIGTERM, SIGHUP]) {
    for number in signals where !Self.isIgnored(number) {
      signal(number, SIG_IGN)
      sources.withLock { sources in
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

  /// Whether the program ignores a signal; where it has not changed that itself, whoever started it did, as
  /// `nohup` does.
  public static func isIgnored(_ signal: Int32) -> Bool {
    var action = sigaction()
    // SIG_IGN is the address 1; closures cannot be compared.
    return sigaction(signal, nil, &action) == 0
      && unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
  }
}
