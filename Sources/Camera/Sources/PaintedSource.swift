import CThreads
import Imaging

/// A camera that does not exist: a function paints what it sees.
public final class PaintedSource: FrameSource {
  /// What is painted, for people.
  public let title: String
  /// Frames that were not handed out, so far.
  public private(set) var losses = FrameLosses()
  private let paint: @Sendable (_ seconds: Double) -> Image
  private var pacer: FramePacer
  private let rate: Double
  private var last = -1

  /// - Parameters:
  ///   - title: what it is, for people.
  ///   - rate: frames a second.
  ///   - paint: the picture at a time in seconds since the start.
  public init(title: String, rate: Double = 30, paint: @escaping @Sendable (_ seconds: Double) -> Image) {
    self.title = title
    self.rate = rate
    self.paint = paint
    pacer = FramePacer(rate: rate)
  }

  /// Waits for the next frame, as `FrameSource.next(into:milliseconds:)` says.
  public func next(into frame: inout Frame, milliseconds: Int) -> FrameOutcome {
    guard let (number, time) = pacer.next(milliseconds: milliseconds) else { return .nothing }
    losses.lost += number - last - 1
    last = number
    let image = paint(Double(number) / rate).rgb
    frame.bytes = image.pixels
    frame.format = .rgb
    frame.width = image.width
    frame.height = image.height
    frame.stride = image.width * 3
    frame.sequence = number
    // A real camera's clock runs from when light fell in; painting takes the place of the light.
    frame.nanoseconds = max(time, ct_now())
    frame.receivedNanoseconds = ct_now()
    frame.file = nil
    return .frame
  }
}
