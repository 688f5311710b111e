import Threads

/// Collects what is reported from anywhere.
public final class Problems: Sendable {
  private let list = Locked<[String]>([])

  /// Nothing yet.
  public init() {}

  /// Adds a report.
  public func add(_ problem: String) { list.withLock { $0.append(problem) } }

  /// All reports, in order.
  public var all: [String] { list.withLock { $0 } }
}
