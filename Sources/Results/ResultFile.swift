import CThreads
import Dispatch
import Files
import Threads

/// A file of results that grows while a camera is labelled. A disk that is full loses rows, and never the labels that
/// people see: it is told when it begins and when it ends.
///
/// The kernel has each row at once, so that killing the program loses none. The disk has it within `syncSeconds`, by a
/// thread of its own, since a card may take long: a power cut loses no more than that.
public final class ResultFile: Sendable {
  /// What is to be told of the file.
  public enum Notice: Equatable, Sendable {
    /// Rows cannot be written; why.
    case lost(FileError)
    /// Rows are written again; how many were not.
    case again(path: String, rows: Int)
  }

  private struct State: Sendable {
    var isDirty = false
    var hasEnded = false
    var lostNow = 0
    var lostEver = 0
  }

  /// How long a row may wait for the disk.
  static let syncSeconds = 5

  private let file: LineFile
  private let state = Locked(State())
  private let end = DispatchSemaphore(value: 0)
  private let hasEnded = DispatchSemaphore(value: 0)

  /// Opens the file or makes it.
  ///
  /// - Throws: `FileError` where it is not one with this header, or cannot be written.
  public init(_ path: String, header: String) throws(FileError) {
    file = try LineFile(path, header: header)
    BackgroundThread.start("results") { [self] in
      ct_lower_priority()
      while end.wait(timeout: .now() + .seconds(Self.syncSeconds)) == .timedOut { sync() }
      sync()
      hasEnded.signal()
    }
  }

  /// Bytes of half a row that an earlier run had left.
  public var torn: Int { file.torn }

  /// Rows that were lost so far.
  public var lost: Int { state.withLock { $0.lostEver } }

  /// Adds rows.
  ///
  /// - Returns: what is to be told, if anything.
  public func add(_ rows: [String]) -> Notice? {
    var notice: Notice?
    for row in rows {
      do throws(FileError) {
        try file.add(row)
        let before = state.withLock { state in
          defer { (state.isDirty, state.lostNow) = (true, 0) }
          return state.lostNow
        }
        if before > 0 { notice = .again(path: file.path, rows: before) }
      } catch {
        let isFirst = state.withLock { state in
          state.lostNow += 1
          state.lostEver += 1
          return state.lostNow == 1
        }
        if isFirst { notice = .lost(error) }
      }
    }
    return notice
  }

  /// Waits until the disk has all rows, three seconds at most. No row may be added any more.
  public func close() {
    guard
      state.withLock({ state in
        defer { state.hasEnded = true }
        return !state.hasEnded
      })
    else { return }
    end.signal()
    _ = hasEnded.wait(timeout: .now() + .seconds(3))
  }

  private func sync() {
    guard
      state.withLock({ state in
        defer { state.isDirty = false }
        return state.isDirty
      })
    else { return }
    // A disk that fails here fails at the next row, which tells.
    try? file.sync()
  }
}
