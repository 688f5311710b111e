import CThreads
import Dispatch
import Threads

/// A board's state, read every few seconds by a thread of its own: the firmware's answer may take a while.
public final class BoardWatch: Sendable {
  private let latest: Locked<BoardState>
  private let end = DispatchSemaphore(value: 0)

  /// Reads at once, and then again and again until `stop`.
  ///
  /// - Parameter seconds: between two readings.
  public init(_ reader: BoardReader, every seconds: Double = 2) {
    latest = Locked(reader.read())
    BackgroundThread.start("board") { [latest, end] in
      ct_lower_priority()
      while end.wait(timeout: .now() + seconds) == .timedOut {
        let state = reader.read()
        latest.withLock { $0 = state }
      }
    }
  }

  /// What was read last.
  public var state: BoardState { latest.value }

  /// Reads no more.
  public func stop() { end.signal() }
}
