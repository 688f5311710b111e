import Glibc
import Threads

/// A camera in whose place another one can be taken while it runs. Any thread may ask for one; the thread that waits
/// for frames opens it.
public final class CameraChoice: FrameSource, @unchecked Sendable {
  /// What is asked for and what came of it.
  private struct State: Sendable {
    var wanted: String?
    var chosen: String
    var failure: String?
  }

  /// Opens a camera.
  public typealias Opener = @Sendable (_ path: String) throws(CameraError) -> any FrameSource

  // Of the thread that waits for frames; the rest is behind the lock.
  private var source: (any FrameSource)?
  private let open: Opener
  private let state: Locked<State>
  private let sharedTitle: Locked<String>
  /// Of cameras before this one.
  private var earlier = FrameLosses()
  private var base = 0
  private var last = -1

  /// - Parameters:
  ///   - path: of the camera that is open.
  ///   - open: opens another one.
  public init(_ source: any FrameSource, path: String, open: @escaping Opener) {
    self.source = source
    self.open = open
    state = Locked(State(chosen: path))
    sharedTitle = Locked(source.title)
  }

  /// Asks for the camera at a path.
  public func choose(_ path: String) { state.withLock { ($0.wanted, $0.failure) = (path, nil) } }

  /// The path of the camera that is open, and why the last one that was asked for could not be.
  public var outcome: (chosen: String, failure: String?) { state.withLock { ($0.chosen, $0.failure) } }

  /// The camera's title.
  public var title: String { sharedTitle.value }

  /// Frames that were not handed out, of all cameras so far.
  public var losses: FrameLosses {
    var losses = source?.losses ?? FrameLosses()
    losses.lost += earlier.lost
    losses.skipped += earlier.skipped
    losses.damaged += earlier.damaged
    return losses
  }

  /// Waits for the next frame, as `FrameSource.next(into:milliseconds:)` says.
  public func next(into frame: inout Frame, milliseconds: Int) -> FrameOutcome {
    let (wanted, chosen) = state.withLock { state in
      defer { state.wanted = nil }
      return (state.wanted, state.chosen)
    }
    if let wanted, wanted != chosen || source == nil, change(to: wanted, from: chosen) { return .resumed }
    guard let source else {
      usleep(UInt32(max(1, min(milliseconds, 300))) * 1000)
      return .nothing
    }
    let outcome = source.next(into: &frame, milliseconds: milliseconds)
    if outcome == .resumed { sharedTitle.withLock { $0 = source.title } }
    if outcome == .frame {
      frame.sequence += base
      last = frame.sequence
    }
    return outcome
  }

  /// Whether another camera is open now. The old one is closed first: two may have no room on one USB port. Where the
  /// new one cannot be opened, the old one is opened again.
  private func change(to wanted: String, from chosen: String) -> Bool {
    let before = losses
    source = nil
    var failure: CameraError?
    for path in [wanted, chosen] {
      do throws(CameraError) {
        let opened = try open(path)
        source = opened
        earlier = before
        base = last + 1
        sharedTitle.withLock { $0 = opened.title }
        state.withLock { ($0.chosen, $0.failure) = (path, failure.map { "\($0)" }) }
        return failure == nil
      } catch {
        failure = failure ?? error
      }
    }
    // Neither: the old one is asked for again and again, as one that was unplugged.
    earlier = before
    state.withLock { ($0.failure, $0.wanted) = (failure.map { "\($0)" }, $0.wanted ?? chosen) }
    return false
  }
}
