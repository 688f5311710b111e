import Imaging

/// One frame as its source gave it: bytes not yet decoded, and what the source knows about it. Frames are filled again
/// and again, so that nothing is allocated once they have grown to a camera's size.
public struct Frame: Sendable {
  /// The bytes, in `format`.
  public var bytes: [UInt8] = []
  /// How they hold pixels.
  public var format = PixelFormat.mjpeg
  /// Columns. A JPEG's own header is what counts.
  public var width = 0
  /// Rows.
  public var height = 0
  /// Bytes a row, where the format is not compressed.
  public var stride = 0
  /// The source's count of frames; gaps are frames that were lost.
  public var sequence = 0
  /// When it was taken: CLOCK_MONOTONIC, the kernel's where there is a camera.
  public var nanoseconds: UInt64 = 0
  /// When this program had it.
  public var receivedNanoseconds: UInt64 = 0
  /// Where it stands in a recording, in nanoseconds from the beginning: the same whenever it is read. nil for a camera.
  public var position: UInt64?
  /// The file it was read from, for pictures played as a camera.
  public var file: String?
  /// Why that file could not be read; the frame has no bytes then.
  public var failure: ImageError?

  /// An empty frame.
  public init() {}
}

/// What a source has dropped since it began.
public struct FrameLosses: Equatable, Sendable {
  /// Frames that never came: gaps in the sequence numbers.
  public var lost = 0
  /// Frames that came and were handed back undecoded, because a newer one was there.
  public var skipped = 0
  /// Frames that the driver marked as damaged, or that were empty.
  public var damaged = 0

  /// None yet.
  public init() {}
}

/// Where frames come from. A source belongs to one thread at a time.
public protocol FrameSource: AnyObject {
  /// What it is, for people, as in `HD Webcam, 640 x 480 MJPEG at 30/s`.
  var title: String { get }
  /// What was dropped so far.
  var losses: FrameLosses { get }
  /// Whether each frame is wanted, and none may take another's place. Once a source says so, it stays so.
  var waitsForReader: Bool { get }
  /// Waits for the newest frame.
  ///
  /// - Parameters:
  ///   - frame: filled when the answer is `.frame`, else left as it is.
  ///   - milliseconds: how long to wait at most.
  func next(into frame: inout Frame, milliseconds: Int) -> FrameOutcome
}

extension FrameSource {
  /// A camera waits for nobody.
  public var waitsForReader: Bool { false }
}

/// What waiting for a frame led to.
public enum FrameOutcome: Equatable, Sendable {
  /// A frame came, and lies in the one that was given.
  case frame
  /// None in this time.
  case nothing
  /// The camera has gone or stalled and is waited for; said once.
  case waiting(CameraError)
  /// The camera is there again; said once.
  case resumed
  /// A frame came that is none, and was counted; said of the first ones.
  case damaged(ImageError)
  /// No more will come: a recording is over, well or for a reason.
  case ended(CameraError?)
}
