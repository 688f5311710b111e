import CV4L2

/// A format, size and rate that a camera offers.
public struct CaptureMode: Hashable, Sendable {
  /// The four characters of the format, as in `MJPG`.
  public var name: String
  /// The format, nil where it cannot be read here.
  public var format: PixelFormat?
  /// Columns.
  public var width: Int
  /// Rows.
  public var height: Int
  /// Frames a second, 0 where the driver does not say.
  public var rate: Double

  let code: UInt32
  let frames: UInt32
  let seconds: UInt32

  init(_ mode: cv4l2_mode) {
    name = PixelFormat.text(mode.code)
    format = PixelFormat(code: mode.code)
    width = Int(mode.width)
    height = Int(mode.height)
    rate = mode.seconds == 0 ? 0 : Double(mode.frames) / Double(mode.seconds)
    code = mode.code
    frames = mode.frames
    seconds = mode.seconds
  }
}

/// What a person asks of a camera; what is left open is chosen.
public struct CaptureRequest: Hashable, Sendable {
  /// Columns and rows.
  public var size: (width: Int, height: Int)? {
    get { width > 0 ? (width, height) : nil }
    set { (width, height) = newValue ?? (0, 0) }
  }
  /// Frames a second.
  public var rate: Double?
  /// How the pixels are coded, such as MJPEG.
  public var format: PixelFormat?
  private var width = 0
  private var height = 0

  /// What is nil is left to the device.
  public init(size: (width: Int, height: Int)? = nil, rate: Double? = nil, format: PixelFormat? = nil) {
    self.rate = rate
    self.format = format
    self.size = size
  }

  /// The mode that serves best: the size nearest to the one requested (640 x 480), then one that reaches the rate
  /// (30/s) or else the fastest, then the format that costs least to decode.
  ///
  /// - Returns: nil where no mode is in a format that is read here and requested.
  public func best(of modes: [CaptureMode]) -> CaptureMode? {
    let (width, height) = size ?? (640, 480)
    let rate = rate ?? 30
    func rank(_ mode: CaptureMode) -> [Double] {
      let distance = Double(abs(mode.width - width) + abs(mode.height - height))
      // Half a frame of grace for the 29.97 of television.
      let slowness = max(0, rate - 0.5 - mode.rate)
      let excess = max(0, mode.rate - rate)
      return [distance, slowness, Double(mode.format?.cost ?? 9), excess]
    }
    return modes.filter { $0.format != nil && (format == nil || $0.format == format) }
      .min { rank($0).lexicographicallyPrecedes(rank($1)) }
  }
}
