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

  /// Whether the size is the largest of a range, and any other may be asked for.
  public var isAnySize: Bool
  /// Whether the rate is the highest of a range, and any other may be asked for.
  public var isAnyRate: Bool

  let code: UInt32
  let frames: UInt32
  let seconds: UInt32

  init(_ mode: cv4l2_mode) {
    name = PixelFormat.text(mode.code)
    format = PixelFormat(code: mode.code)
    width = Int(mode.width)
    height = Int(mode.height)
    rate = mode.seconds == 0 ? 0 : Double(mode.frames) / Double(mode.seconds)
    isAnySize = mode.any_size != 0
    isAnyRate = mode.any_rate != 0
    code = mode.code
    frames = mode.frames
    seconds = mode.seconds
  }

  /// The rate for people, as in `29.97/s`; empty where the driver does not say.
  public var rateText: String {
    guard rate > 0 else { return "" }
    let hundredths = Int((rate * 100).rounded())
    let (whole, part) = (hundredths / 100, hundredths % 100)
    if part == 0 { return "\(whole)/s" }
    return "\(whole).\(part % 10 == 0 ? "\(part / 10)" : part < 10 ? "0\(part)" : "\(part)")/s"
  }

  /// What it takes of the bus, roughly: to tell modes that take less from those that take more. A JPEG is a tenth of
  /// its pixels' three bytes.
  var bytesPerSecond: Double {
    let bytes =
      switch format {
      case .mjpeg: 0.3
      case .nv12: 1.5
      case .yuyv: 2.0
      case .rgb: 3.0
      case nil: 3.0
      }
    let pixels = width > 0 ? width * height : 640 * 480
    return Double(pixels) * bytes * (rate > 0 ? rate : 30)
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
      let distance =
        mode.isAnySize
        ? Double(max(0, width - mode.width) + max(0, height - mode.height))
        : Double(abs(mode.width - width) + abs(mode.height - height))
      // Half a frame of grace for the 29.97 of television.
      let slowness = max(0, rate - 0.5 - mode.rate)
      let excess = mode.isAnyRate ? 0 : max(0, mode.rate - rate)
      return [distance, slowness, Double(mode.format?.cost ?? 9), excess]
    }
    return modes.filter { $0.format != nil && (format == nil || $0.format == format) }
      .min { rank($0).lexicographicallyPrecedes(rank($1)) }
  }

  /// What to ask the device for, where this mode is to serve the request; nil leaves all but the size to a converter.
  func wanted(_ mode: CaptureMode?) -> cv4l2_mode {
    var wanted = cv4l2_mode()
    let (width, height) = size ?? (640, 480)
    (wanted.width, wanted.height) = (UInt32(width), UInt32(height))
    // Thousandths, since 29.97 and 0.5 are rates too.
    (wanted.frames, wanted.seconds) = (UInt32(max(1, min((rate ?? 30) * 1000, 1e6)).rounded()), 1000)
    guard let mode else { return wanted }
    wanted.code = mode.code
    if mode.isAnySize {
      (wanted.width, wanted.height) = (min(wanted.width, UInt32(mode.width)), min(wanted.height, UInt32(mode.height)))
    } else if mode.width > 0 {
      (wanted.width, wanted.height) = (UInt32(mode.width), UInt32(mode.height))
    }
    if mode.frames > 0, !mode.isAnyRate || mode.rate < rate ?? 30 {
      (wanted.frames, wanted.seconds) = (mode.frames, mode.seconds)
    }
    return wanted
  }
}
