import Imaging

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
    case .blownOut:
      "A large part of the picture is white: avoid light from behind or a lamp in view. Labels may be wrong."
    case .colourCast:
      """
      The picture has a strong colour cast: change the light or the camera's white balance. Labels of a network that \
      reads colours may be wrong.
      """
    case .saturated:
      """
      The picture is unlike those that the model was calibrated on. Labels may be wrong. Look into the camera from \
      nearer and in even light; if it stays so, calibrate with this camera's pictures (glint quantize --calibration).
      """
    }
  }
}

/// Looks at the picture that labels are taken from, and says when it has been unlike a good one for a while.
///
/// The limits were tried on 500 photos of people, as they are and exposed anew in linear light, 1/32 to 8 times as
/// much, or under light of one colour. Of the photos as they are, 2.1 % count as bad, all of them from the web and most
/// of them silhouettes; of those at 1/8, where the shipped compact network says another of two labels for 6 in 100
/// faces, 68 %, at 1/16 (10 in 100) all; of those at 4 times (11 in 100) 75 %, at 8 times 89 %; under tungsten light on
/// a film for daylight 83 %.
public struct PictureCheck: Sendable {
  /// So many frames in a row decide, which at a camera's rate is half a second.
  static let patience = 15
  /// Where nine tenths of the pixels are darker than this, it is dark.
  static let dark = 80
  /// Pixels with a channel from here up are white or have lost their colour: more than this share of them is too much.
  static let white = 253, whiteShare = 0.35
  /// Brightness that differs by less than this, as a standard deviation, is none.
  static let differences = 5.0
  /// Where hardly a pixel is nearly grey, and one channel is brighter than another by this factor in all, the light or
  /// the camera has a colour. Skin has one too, so that the whole frame is asked.
  static let greyShare = 0.05, cast = 1.4

  /// What is wrong now, or nil.
  public private(set) var fault: PictureFault?
  private var candidate: PictureFault?
  private var count = 0

  /// A check that has seen no frame, and finds no fault.
  public init() {}

  /// Looks at a frame.
  ///
  /// - Parameters:
  ///   - image: the frame, 1 or 3 channels.
  ///   - region: what the network is given of it; its light is measured.
  ///   - decoded: the part that was decoded; its colour is measured.
  /// - Returns: a fault that is new.
  public mutating func look(at image: Image, region: PixelRegion, decoded: PixelRegion) -> PictureFault? {
    let seen = Self.fault(of: image, region: region, decoded: decoded)
    count = seen == candidate ? count + 1 : 1
    candidate = seen
    guard count >= Self.patience, fault != seen else { return nil }
    fault = seen
    return seen
  }

  /// The fault of one picture; some thousand of its pixels are looked at.
  static func fault(of image: Image, region: PixelRegion, decoded: PixelRegion) -> PictureFault? {
    var light = Light()
    forSome(of: image, in: region) { light.add($0, $1, $2) }
    if let fault = light.fault { return fault }
    var colour = Colour()
    forSome(of: image, in: decoded) { colour.add($0, $1, $2) }
    return colour.isCast ? .colourCast : nil
  }

  /// Calls `body` with red, green and blue of pixels on a grid of at most 64 x 64 over the part of a region that is in
  /// the picture.
  private static func forSome(of image: Image, in region: PixelRegion, _ body: (Int, Int, Int) -> Void) {
    let columns = max(0, region.x)..<max(max(0, region.x), min(image.width, region.x + region.width))
    let rows = max(0, region.y)..<max(max(0, region.y), min(image.height, region.y + region.height))
    let channels = image.channels
    image.pixels.withUnsafeBufferPointer { pixels in
      for row in stride(from: rows.lowerBound, to: rows.upperBound, by: max(1, (rows.count + 63) / 64)) {
        for column in stride(from: columns.lowerBound, to: columns.upperBound, by: max(1, (columns.count + 63) / 64)) {
          let place = (row * image.width + column) * channels
          body(Int(pixels[place]), Int(pixels[place + channels / 2]), Int(pixels[place + channels - 1]))
        }
      }
    }
  }

  private static func luma(_ red: Int, _ green: Int, _ blue: Int) -> Int {
    (299 * red + 587 * green + 114 * blue) / 1000
  }

  /// How bright pixels are.
  private struct Light {
    private var number = 0, sum = 0, squares = 0, bright = 0, whites = 0

    mutating func add(_ red: Int, _ green: Int, _ blue: Int) {
      let luma = PictureCheck.luma(red, green, blue)
      number += 1
      sum += luma
      squares += luma * luma
      if luma >= PictureCheck.dark { bright += 1 }
      if max(red, green, blue) >= PictureCheck.white { whites += 1 }
    }

    var fault: PictureFault? {
      guard number > 0 else { return nil }
      let count = Double(number), mean = Double(sum) / count
      if Double(squares) / count - mean * mean < PictureCheck.differences * PictureCheck.differences { return .empty }
      if Double(bright) < 0.1 * count { return .dark }
      return Double(whites) > PictureCheck.whiteShare * count ? .blownOut : nil
    }
  }

  /// How coloured pixels are that are neither dark nor white.
  private struct Colour {
    private var number = 0, greys = 0, sums = (red: 0, green: 0, blue: 0), all = 0

    mutating func add(_ red: Int, _ green: Int, _ blue: Int) {
      all += 1
      sums = (sums.red + red, sums.green + green, sums.blue + blue)
      let most = max(red, green, blue), least = min(red, green, blue)
      guard PictureCheck.luma(red, green, blue) > 25, most < PictureCheck.white else { return }
      number += 1
      if 4 * (most - least) < most + 24 { greys += 1 }
    }

    var isCast: Bool {
      // Of a few pixels nothing is said.
      guard 20 * number > all else { return false }
      let most = max(sums.red, sums.green, sums.blue), least = min(sums.red, sums.green, sums.blue)
      return Double(greys) < PictureCheck.greyShare * Double(number) && Double(most) > PictureCheck.cast * Double(least)
    }
  }
}
