import Camera
import Imaging
import Threads

/// Between the thread that captures and the one that classifies: room for one frame, the newest. Frames are swapped,
/// never copied.
final class Mailbox: @unchecked Sendable {
  /// What the classifying side finds.
  enum Message {
    case frame(losses: FrameLosses, replaced: Int)
    case waiting(CameraError)
    case resumed(title: String)
    case damaged(ImageError, FrameLosses)
    case ended(CameraError?)
    case nothing
  }

  private let condition = Condition()
  private var frame = Frame()
  private var isFull = false
  private var replaced = 0
  private var losses = FrameLosses()
  private var notices: [Message] = []
  private var isClosed = false
  private var hasCaptureEnded = false

  /// Puts a frame in, in place of one that nobody took, and takes an old one out to be filled.
  ///
  /// - Parameter waits: until the one before it was taken, or nobody takes any.
  func put(_ new: inout Frame, losses: FrameLosses, waits: Bool) {
    condition.withLock {
      while waits, isFull, !isClosed { condition.wait() }
      swap(&frame, &new)
      if isFull { replaced += 1 }
      isFull = true
      self.losses = losses
      condition.tell()
    }
  }

  /// What the source has dropped so far: also while none of its frames gets through.
  func note(_ losses: FrameLosses) { condition.withLock { self.losses = losses } }

  /// What the source is known to have dropped.
  var latestLosses: FrameLosses { condition.withLock { losses } }

  /// Tells the other side something.
  func tell(_ message: Message) {
    condition.withLock {
      if case .damaged(_, let losses) = message { self.losses = losses }
      notices.append(message)
      condition.tell()
    }
  }

  /// What has come, or `.nothing` after `milliseconds`. A frame is swapped for `old`.
  func take(_ old: inout Frame, milliseconds: Int) -> Message {
    condition.withLock {
      let end = monotonicNow() + UInt64(milliseconds) * 1_000_000
      while notices.isEmpty, !isFull {
        guard condition.wait(until: end) else { break }
      }
      // What was told behind a frame that waited to be taken comes behind it.
      if case .ended = notices.first, isFull {} else if !notices.isEmpty { return notices.removeFirst() }
      guard isFull else { return .nothing }
      swap(&frame, &old)
      isFull = false
      condition.tell()
      return .frame(losses: losses, replaced: replaced)
    }
  }

  /// Asks the capturing side to end, and waits until it has.
  func close() {
    condition.withLock {
      isClosed = true
      condition.tell()
      while !hasCaptureEnded { condition.wait() }
    }
  }

  /// Whether the capturing side shall end.
  var mustEnd: Bool { condition.withLock { isClosed } }

  /// Said by the capturing side, last.
  func captureEnded() {
    condition.withLock {
      hasCaptureEnded = true
      condition.tell()
    }
  }
}
