import Synchronization

/// A request to stop, from outside the pipeline or from within.
public final class StopSignal: Sendable {
  private let isSet = Atomic(false)
  private let isAsked: @Sendable () -> Bool

  /// Nothing is requested until `request` is called.
  ///
  /// - Parameter isAsked: what else means this request, such as a signal of the system; asked before each frame.
  public init(isAsked: @escaping @Sendable () -> Bool = { false }) { self.isAsked = isAsked }

  /// Whether the program is to stop.
  public var isRequested: Bool { isSet.load(ordering: .acquiring) || isAsked() }

  /// Asks the program to stop; from any thread.
  public func request() { isSet.store(true, ordering: .releasing) }
}
