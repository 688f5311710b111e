/// What makes a camera's picture unlike any that a network learnt from, in words a person can act on.
public enum PictureFault: String, Sendable, CaseIterable {
  /// Hardly any differences in brightness.
  case empty
  /// Little light.
  case dark
  /// A large part is white.
  case blownOut
  /// One of red, green and blue far above another.
  case colourCast
  /// Much of what the network computes lies beyond what its calibration pictures gave.
  case saturated

  /// What is wrong and what to do.
  public var advice: String {
    switch self {
    case .empty: "The picture is all alike: is the lens covered?"
    case .dark: "The picture is dark: turn on a light or face the window. Labels may be wrong."
    case .blownOut: "A large part of the picture is white: avoid light from behind or a lamp in view. Labels may be wrong."
    case .colourCast: "The picture has a strong colour cast: change the light or the camera's white balance. Labels may be wrong."
    case .saturated:
      "The picture is unlike those that the model was calibrated on. Labels may be wrong. Look into the camera from nearer "
        + "and in even light; if it stays so, calibrate with this camera's pictures (glint quantize --calibration)."
    }
  }
}

/// Looks at what the network is given, and says when it has been unlike a good picture for a while.
public struct PictureCheck: Sendable {
  /// So many frames in a row decide, which at a camera's rate is half a second.
  static let patience = 15

  /// What is wrong now, or nil.
  public private(set) var fault: PictureFault?
  private var candidate: PictureFault?
  private var count = 0

  /// Nothing looked at yet.
  public init() {}

  /// Looks at the network's input.
  ///
  /// - Parameter pixels: `[pixels, channels]`, 1 or 3 channels.
  /// - Returns: a fault that is new.
  public mutating func look(at pixels: [UInt8], channels: Int) -> PictureFault? {
    let seen = Self.fault(of: pixels, channels: channels)
    count = seen == candidate ? count + 1 : 1
    candidate = seen
    guard count >= Self.patience, fault != seen else { return nil }
    fault = seen
    return seen
  }

  /// The fault of one picture, by its pixels; one in seven is looked at.
  static func fault(of pixels: [UInt8], channels: Int) -> PictureFault? {
    var sums = [0, 0, 0], squares = 0, whites = 0, number = 0
    for place in stride(from: 0, to: pixels.count - channels + 1, by: 7 * channels) {
      let (red, green, blue) = (
        Int(pixels[place]), Int(pixels[place + channels / 2]), Int(pixels[place + channels - 1])
      )
      let luma = (299 * red + 587 * green + 114 * blue) / 1000
      sums[0] += red
      sums[1] += green
      sums[2] += blue
      squares += luma * luma
      if luma >= 250 { whites += 1 }
      number += 1
    }
    guard number > 0 else { return nil }
    let means = sums.map { Double($0) / Double(number) }
    let luma = 0.299 * means[0] + 0.587 * means[1] + 0.114 * means[2]
    let variance = Double(squares) / Double(number) - luma * luma
    if variance < 25 { return .empty }
    if luma < 40 { return .dark }
    if Double(whites) > 0.35 * Double(number) { return .blownOut }
    if let least = means.min(), let most = means.max(), most > 2 * max(least, 1) { return .colourCast }
    return nil
  }
}
